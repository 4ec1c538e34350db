import { expect } from 'chai';
import { serverList } from '../../src/locks/server-list.ts';

const labels = (...urls: string[]) => serverList(urls, 2379).servers.map(({ label }) => label);

describe('the members of a cluster', () => {
  it('are all that its URLs name, with the usual port where none is given', () => {
    expect(labels('etcd://h1:1,h2,[::1]:80', 'etcd://h3:4/')).to.deep.equal([
      'h1:1',
      'h2:2379',
      '[::1]:80',
      'h3:4',
    ]);
    expect(serverList(['etcd://[::1]:5'], 2379).servers[0]).to.include({ host: '::1', port: 5 });
  });

  it('may have one account for all of them before them', () => {
    const { servers, account } = serverList(['etcd://me:s%40cret%3A@h1,h2', 'etcd://h3'], 2379);
    expect(servers.map(({ host }) => host)).to.deep.equal(['h1', 'h2', 'h3']);
    expect(account).to.deep.equal({ user: 'me', password: 's@cret:' });
    expect(serverList(['etcd://h1'], 2379).account).to.equal(undefined);
  });

  it('are refused when one stands there twice', () => {
    expect(() => labels('etcd://h1,h2,h1:2379'))
      .to.throw()
      .with.property('code', 'lock-urls-twice');
  });

  it('are refused when one is not host and port, without repeating it', () => {
    const wrongs = [
      ['etcd://'],
      ['etcd://a:b'],
      ['etcd://h1:1/path'],
      ['etcd://h1:1,me:secret@h2:1'],
      ['etcd://secret@h1'],
      ['etcd://:secret@h1'],
      ['etcd://me:sec:secret@h1'],
      ['etcd://me:%secret@h1'],
      ['etcd://me:secret@h1', 'etcd://you:secret@h2'],
    ];
    for (const wrong of wrongs) {
      expect(() => labels(...wrong), wrong.join(' '))
        .to.throw()
        .that.includes({ code: 'lock-urls-invalid' })
        .and.property('message')
        .not.includes('secret');
    }
  });
});
