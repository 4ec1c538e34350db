import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { systemClock } from '../../src/kernel/index.ts';
import { hasFormerCrew, waitForFormerCrew } from '../../src/launch/crew.ts';
import { homeAt } from '../../src/launch/home.ts';
import { identityOf } from '../../src/launch/process-identity.ts';
import { createScreen } from '../../src/launch/screen.ts';

describe('what a killed launcher has left', () => {
  let folder: string;
  let left: ChildProcess;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'holdfast-crew-'));
    const forever = 'setInterval(() => {}, 60_000)';
    left = spawn(process.execPath, ['-e', forever], { detached: true, stdio: 'ignore' });
  });
  afterEach(() => {
    left.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  const home = () => homeAt(folder);
  const writeDown = (identity: string | null) =>
    writeFileSync(home().processes, `${left.pid}\t${identity}\tdatabase\n`);
  const screen = createScreen(new PassThrough(), systemClock);

  it('is waited for until it has let go of its files', async () => {
    writeDown(identityOf(left.pid ?? 0));
    expect(hasFormerCrew(home())).to.equal(true);
    const order: string[] = [];
    const waiting = waitForFormerCrew(home(), screen, systemClock).then(() =>
      order.push('goes on'),
    );
    left.once('exit', () => order.push('ended'));
    // A wait that does not wait would be over before a process can even be told to end.
    await new Promise((resolve) => setImmediate(resolve));
    left.kill('SIGKILL');
    await waiting;
    expect(order).to.deep.equal(['ended', 'goes on']);
    expect(existsSync(home().processes)).to.equal(false);
  });

  it('is not mistaken for a stranger that has the same number since', async () => {
    writeDown('an earlier life');
    expect(hasFormerCrew(home())).to.equal(false);
    await waitForFormerCrew(home(), screen, systemClock);
    expect(left.exitCode).to.equal(null);
    expect(left.signalCode).to.equal(null);
  });
});
