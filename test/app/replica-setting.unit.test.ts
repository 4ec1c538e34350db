import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/app/config.ts';

const PRIMARY = 'mysql://u:p@127.0.0.1:3306/shop';
const BASE = {
  HOLDFAST_HOME: '/tmp/holdfast-no-home',
  HOLDFAST_DATABASE_URL: PRIMARY,
  HOLDFAST_REDIS_URL: 'redis://127.0.0.1:6379',
  HOLDFAST_LOCK_URLS: 'memory:',
};

describe('the replica of the database', () => {
  const read = (url: string) => readConfig({ ...BASE, HOLDFAST_DATABASE_REPLICA_URL: url });

  it('is none unless it is named, in a setting or in a file', () => {
    const replica = 'mysql://reader:secret@db2:3306/shop';
    expect(readConfig(BASE).replicaUrl).to.equal(null);
    expect(read(replica)).to.deep.include({ replicaUrl: replica, notes: [] });
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-replica-'));
    try {
      const file = join(folder, 'url');
      writeFileSync(file, `${replica}\n`);
      const config = readConfig({ ...BASE, HOLDFAST_DATABASE_REPLICA_URL_FILE: file });
      expect(config.replicaUrl).to.equal(replica);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('may be the primary itself, which is noted and changes nothing', () => {
    for (const same of [PRIMARY, 'mysql://reader:secret@127.0.0.1/shop']) {
      const { replicaUrl, notes } = read(same);
      expect(replicaUrl).to.equal(null);
      expect(notes.join()).to.match(/HOLDFAST_DATABASE_REPLICA_URL names the primary itself/);
      expect(notes.join()).to.not.include('secret');
    }
  });

  it('is a database, and one whose certificate can be checked', () => {
    const refused = (url: string, why: RegExp) =>
      expect(() => read(url))
        .to.throw(why)
        .with.property('message')
        .that.does.not.include('secret');
    refused('redis://u:secret@db2', /HOLDFAST_DATABASE_REPLICA_URL is a redis:.*mysql:/);
    refused('mysqls://u:secret@10.0.0.2/x', /HOLDFAST_DATABASE_REPLICA_URL names an address/);
  });
});
