import { expect } from 'chai';
import { redisAddress } from '../../src/redis/index.ts';

describe('the URL of a Redis server', () => {
  it('is shown as host and port, without the password', () => {
    expect(redisAddress('redis://user:secret@db.example:7000/3')).to.equal('db.example:7000');
    expect(redisAddress('rediss://db.example')).to.equal('db.example:6379');
  });

  for (const scheme of ['redis+sentinel', 'redis+cluster']) {
    it(`may not be ${scheme} yet, and says what to use instead`, () => {
      const url = `${scheme}://h1:26379,h2:26379/mymaster`;
      expect(() => redisAddress(url))
        .to.throw('use redis:// or rediss://')
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
    expect(() => redisAddress('mysql://user:secret@h'))
      .to.throw()
      .with.property('message')
      .that.does.not.include('secret');
  });
});
