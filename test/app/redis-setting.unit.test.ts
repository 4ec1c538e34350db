import { expect } from 'chai';
import { readConfig } from '../../src/app/config.ts';

const read = (settings: Record<string, string>) =>
  readConfig({
    HOLDFAST_HOME: '/nonexistent',
    HOLDFAST_DATABASE_URL: 'mysql://holdfast:pw@127.0.0.1:3306/holdfast',
    HOLDFAST_LOCK_URLS: 'mysql:',
    ...settings,
  });
const sentinels = {
  REDIS_SENTINEL_MASTER_NAME: 'mymaster',
  REDIS_SENTINEL_ADDRS: 's1:26379, s2:26379',
};

describe('the setting of the queue Redis', () => {
  it('may be sentinels or a cluster', () => {
    for (const url of ['redis+sentinel://s1,s2:26380/shop', 'redis+cluster://h1:7000,h2:7001']) {
      expect(read({ HOLDFAST_REDIS_URL: url }).redisUrl).to.equal(url);
    }
  });

  it('understands the names that deployments have already, and says so', () => {
    const { redisUrl, notes } = read({
      ...sentinels,
      REDIS_PASSWORD: 'p@ss/word',
      REDIS_POOL_SIZE: '20',
      REDIS_MIN_IDLE_CONNS: '5',
    });
    expect(redisUrl).to.equal('redis+sentinel://:p%40ss%2Fword@s1:26379,s2:26379/mymaster');
    expect(notes.join('\n'))
      .to.match(/REDIS_SENTINEL_ADDRS.*\n.*REDIS_POOL_SIZE.*\n.*REDIS_MIN_IDLE_CONNS/)
      .and.not.include('p@ss');
  });

  it('goes by our own name where both are given', () => {
    const own = 'redis://h:6379';
    const { redisUrl, notes } = read({ ...sentinels, HOLDFAST_REDIS_URL: own });
    expect({ redisUrl, notes }).to.deep.equal({ redisUrl: own, notes: [] });
  });

  it('refuses half of the common names, and sentinels that are none', () => {
    const { REDIS_SENTINEL_ADDRS: addresses } = sentinels;
    expect(() => read({ REDIS_SENTINEL_ADDRS: addresses })).to.throw('belong together');
    expect(() => read({ ...sentinels, REDIS_SENTINEL_ADDRS: 's1:port' })).to.throw(
      'REDIS_SENTINEL_ADDRS: A Redis URL was asked for',
    );
  });

  it('wants a hash tag in the prefix with a cluster', () => {
    const cluster = { HOLDFAST_REDIS_URL: 'redis+cluster://h1:7000' };
    expect(() => read({ ...cluster, HOLDFAST_QUEUE_PREFIX: 'shop' })).to.throw('{hash tag}');
    expect(read({ ...cluster, HOLDFAST_QUEUE_PREFIX: '{shop}' }).queuePrefix).to.equal('{shop}');
  });
});
