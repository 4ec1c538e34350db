import { expect } from 'chai';
import { readConfig } from '../../src/app/config.ts';

const given = (lockUrls: string) => ({
  HOLDFAST_HOME: '/nonexistent',
  HOLDFAST_DATABASE_URL: 'mysql://holdfast:pw@127.0.0.1:3306/holdfast',
  HOLDFAST_REDIS_URL: 'redis://127.0.0.1:6379',
  HOLDFAST_LOCK_URLS: lockUrls,
});
const read = (lockUrls: string) => readConfig(given(lockUrls)).lockUrls;

describe('the URLs of the lock servers', () => {
  it('are a list of independent Redis servers', () => {
    const list = ['redis://h1:1', 'rediss://h2:2'];
    expect(read(list.join(' , '))).to.deep.equal(list);
  });

  it('keep the members of one cluster in one URL', () => {
    for (const scheme of ['etcd', 'etcds', 'zookeeper']) {
      expect(read(`${scheme}://h1:2379,h2:2379, h3`)).to.deep.equal([
        `${scheme}://h1:2379,h2:2379,h3`,
      ]);
    }
    expect(read('etcds://me:pw@h1:1,h2')).to.deep.equal(['etcds://me:pw@h1:1,h2']);
    expect(read('etcd://h1:1,etcd://h2:2,h3')).to.deep.equal(['etcd://h1:1', 'etcd://h2:2,h3']);
  });

  it('are refused when a member is none, without a word of what it was', () => {
    for (const wrong of ['redis://h1:1,h2:2', 'etcd://h1:1,', 'etcd://h1:99999', 'etcd://,h1:1']) {
      expect(() => read(wrong), wrong).to.throw(/HOLDFAST_LOCK_URLS is .*, allowed is/);
    }
    expect(() => read('consul://h1:1')).to.throw(/allowed is redis:.* or etcd:/);
  });
});
