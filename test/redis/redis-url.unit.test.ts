import { expect } from 'chai';
import { redisAddress, redisPlace } from '../../src/redis/index.ts';

describe('the URL of a Redis server', () => {
  it('is shown as host and port, without the password', () => {
    expect(redisAddress('redis://user:secret@db.example:7000/3')).to.equal('db.example:7000');
    expect(redisAddress('rediss://db.example')).to.equal('db.example:6379');
  });

  for (const scheme of ['redis+sentinel', 'redis+cluster']) {
    it(`may not be ${scheme} where one server is wanted, and says why`, () => {
      const path = scheme === 'redis+sentinel' ? '/mymaster' : '';
      expect(() => redisAddress(`${scheme}://h1:26379,h2:26379${path}`))
        .to.throw('a failover forgets locks')
        .with.property('code', 'redis-url-unsupported');
    });
  }

  for (const url of ['', 'localhost:6379', 'http://localhost', 'redis://', 'redis://h:port']) {
    it(`may not be "${url}"`, () => {
      expect(() => redisAddress(url))
        .to.throw('allowed is redis://')
        .with.property('code', 'redis-url-invalid');
    });
  }

  it('is never repeated in the error, since it may hold a password', () => {
    for (const url of ['mysql://user:secret@h', 'redis+sentinel://user:secret@h:x/m']) {
      expect(() => redisPlace(url))
        .to.throw()
        .with.property('message')
        .that.does.not.include('secret');
    }
  });
});

describe('the URL of several Redis servers', () => {
  it('names sentinels, their master, and whose password it is', () => {
    expect(
      redisPlace('redis+sentinel://me:p%40ss@h1:26379,[::1]:26380,h3/my%20master/2'),
    ).to.deep.equal({
      kind: 'sentinel',
      hosts: [
        { host: 'h1', port: 26379 },
        { host: '::1', port: 26380 },
        { host: 'h3', port: 26379 },
      ],
      username: 'me',
      password: 'p@ss',
      tls: false,
      address: 'h1:26379,::1:26380,h3:26379',
      master: 'my master',
      db: 2,
      sentinelPassword: undefined,
    });
    expect(redisPlace('rediss+sentinel://h/m?sentinelPassword=s')).to.include({
      tls: true,
      sentinelPassword: 's',
      username: undefined,
    });
  });

  it('names some members of a cluster', () => {
    expect(redisPlace('redis+cluster://:pw@h1:7000,h2')).to.deep.include({
      kind: 'cluster',
      hosts: [
        { host: 'h1', port: 7000 },
        { host: 'h2', port: 6379 },
      ],
      password: 'pw',
    });
  });

  for (const url of [
    'redis+sentinel://h1:26379',
    'redis+sentinel:///mymaster',
    'redis+sentinel://h1,,h2/m',
    'redis+sentinel://h1:99999/m',
    'redis+sentinel://h1/m/first',
    'redis+sentinel://h1/m?other=1',
    'redis+cluster://h1:7000/0',
    'redis+cluster://h1?sentinelPassword=s',
    'redis+other://h1',
  ]) {
    it(`may not be "${url}"`, () => {
      expect(() => redisPlace(url))
        .to.throw()
        .with.property('code', 'redis-url-invalid');
    });
  }
});
