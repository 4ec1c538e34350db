import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../src/kernel/index.ts';
import { homeAt } from '../../src/launch/home.ts';
import { type HomeLock, livingHolder, takeHome } from '../../src/launch/home-lock.ts';

describe('the lock of a home', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'holdfast-lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const home = () => homeAt(folder);
  const take = (): HomeLock | null => {
    const taken = takeHome(home(), systemClock);
    return taken.taken ? taken.lock : null;
  };
  const leave = (lock: object) => writeFileSync(home().lock, JSON.stringify(lock));

  it('is taken once and free again after its release', () => {
    const first = take();
    expect(first?.isHeld()).to.equal(true);
    expect(take()).to.equal(null);
    expect(livingHolder(home())?.pid).to.equal(process.pid);
    first?.release();
    expect(livingHolder(home())).to.equal(null);
    expect(take()).to.not.equal(null);
  });

  it('is taken over from a process that is gone', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    leave({ pid, since: '2026-01-01', identity: 'x', token: 't' });
    expect(take()?.isHeld()).to.equal(true);
    expect(readdirSync(folder)).to.deep.equal(['lock']);
  });

  it('is taken over when the number of its process belongs to another by now', () => {
    leave({ pid: process.pid, since: '2026-01-01', identity: 'an earlier life', token: 't' });
    expect(take()?.isHeld()).to.equal(true);
  });

  it('is taken over when it holds nothing that can be read', () => {
    writeFileSync(home().lock, '{"pid":');
    expect(take()?.isHeld()).to.equal(true);
  });

  it('is not released by one who lost it', () => {
    const lost = take();
    const other = JSON.stringify({ pid: process.pid, token: 'other' });
    writeFileSync(home().lock, other);
    expect(lost?.isHeld()).to.equal(false);
    lost?.release();
    expect(readFileSync(home().lock, 'utf8')).to.equal(other);
  });
});
