import { expect } from 'chai';
import { readConfig } from '../../src/app/config.ts';

const BASE = {
  HOLDFAST_HOME: '/tmp/holdfast-no-home',
  HOLDFAST_DATABASE_URL: 'mysql://u:p@127.0.0.1:3306/x',
  HOLDFAST_REDIS_URL: 'redis://127.0.0.1:6379',
  HOLDFAST_LOCK_URLS: 'memory:',
};

describe('the server of the cache', () => {
  const read = (cache: string | undefined, redis = BASE.HOLDFAST_REDIS_URL) =>
    readConfig({
      ...BASE,
      HOLDFAST_REDIS_URL: redis,
      ...(cache === undefined ? {} : { HOLDFAST_CACHE_URL: cache }),
    }).cacheUrl;

  it('is none unless it is named', () => {
    expect(read(undefined)).to.equal(null);
    expect(read('redis://127.0.0.1:6500')).to.equal('redis://127.0.0.1:6500');
  });

  it('is never that of the queues, whatever database of it is meant', () => {
    const own = /HOLDFAST_CACHE_URL names the server of the queues/;
    expect(() => read('redis://127.0.0.1')).to.throw(own);
    expect(() => read('redis://u:p@127.0.0.1:6379/3')).to.throw(own);
    expect(() => read('redis://b:7001', 'redis+cluster://a:7000,b:7001')).to.throw(own);
  });

  it('is one server, and what is more is refused with the reason', () => {
    for (const more of ['redis+cluster://a:7000,b:7001', 'rediss+sentinel://u:secret@a:26379/m']) {
      expect(() => read(more))
        .to.throw(/sentinels or a cluster.*a cache may be away/)
        .with.property('message')
        .that.does.not.include('secret');
    }
    expect(() => read('http://a')).to.throw(/HOLDFAST_CACHE_URL is/);
  });
});
