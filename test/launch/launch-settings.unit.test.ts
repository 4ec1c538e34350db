import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { readLaunchSettings, serverUrlNames } from '../../src/launch/launch-settings.ts';
import { withoutPassword } from '../../src/launch/private-servers.ts';
import { passedOn } from '../../src/launch/watched-spawn.ts';

describe('launch settings', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'holdfast-settings-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('keeps the data in the project unless HOLDFAST_HOME says otherwise', () => {
    expect(readLaunchSettings({}, '/project').homeFolder).to.equal('/project/.holdfast');
    const moved = readLaunchSettings({ HOLDFAST_HOME: '/data' }, '/project');
    expect(moved.homeFolder).to.equal('/data');
  });

  it('reads a server from the file that is named in its place', () => {
    const file = path.join(folder, 'locks');
    writeFileSync(file, 'redis://one:1, redis://two:2\n');
    const { lockUrls, redisUrl } = readLaunchSettings(
      { HOLDFAST_LOCK_URLS_FILE: file },
      '/project',
    );
    expect(lockUrls).to.deep.equal(['redis://one:1', 'redis://two:2']);
    expect(redisUrl).to.equal(null);
  });

  it('refuses a setting that is given twice, or in a file that is not there', () => {
    const twice = { HOLDFAST_REDIS_URL: 'redis://a', HOLDFAST_REDIS_URL_FILE: '/b' };
    expect(() => readLaunchSettings(twice, '/project')).to.throw('are both set');
    const missing = { HOLDFAST_DATABASE_URL_FILE: '/not/there' };
    expect(() => readLaunchSettings(missing, '/project')).to.throw('/not/there, which cannot be');
  });

  it('refuses an HOLDFAST_INSTALL that is neither yes nor no', () => {
    expect(() => readLaunchSettings({ HOLDFAST_INSTALL: 'maybe' }, '/p')).to.throw('allowed are 1');
    expect(readLaunchSettings({ HOLDFAST_INSTALL: '' }, '/p').install).to.equal('ask');
  });

  it('names every variable that points at a server', () => {
    const env = { HOLDFAST_REDIS_URL_FILE: '/a', HOLDFAST_DATABASE_URL: 'mysql://b', HOME: '/c' };
    expect(serverUrlNames(env)).to.deep.equal(['HOLDFAST_DATABASE_URL', 'HOLDFAST_REDIS_URL_FILE']);
  });

  it('passes on everything but the addresses and what is for the launcher alone', () => {
    const env = {
      HOLDFAST_DATABASE_URL: 'mysql://b',
      HOLDFAST_LOCK_URLS_FILE: '/a',
      HOLDFAST_LAUNCH_HIDE: '1',
      HOLDFAST_SWEEP_MS: '5',
      PATH: '/bin',
    };
    expect(passedOn(env)).to.deep.equal({ HOLDFAST_SWEEP_MS: '5', PATH: '/bin' });
  });

  it('hides the password of an address and nothing else', () => {
    expect(withoutPassword('mysql://me:s3cret@host:3306/db')).to.equal(
      'mysql://me:***@host:3306/db',
    );
    expect(withoutPassword('redis://:s3cret@host:6379')).to.equal('redis://:***@host:6379');
    expect(withoutPassword('redis://host:6379')).to.equal('redis://host:6379');
  });

  it('hides a password that holds an @ or a slash', () => {
    expect(withoutPassword('mysql://me:a@b/c@host/db')).to.equal('mysql://me:***@host/db');
  });
});
