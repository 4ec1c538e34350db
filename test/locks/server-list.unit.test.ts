import { expect } from 'chai';
import { serverList } from '../../src/locks/server-list.ts';

const labels = (...urls: string[]) => serverList(urls, 2379).map(({ label }) => label);

describe('the members of a cluster', () => {
  it('are all that its URLs name, with the usual port where none is given', () => {
    expect(labels('etcd://h1:1,h2,[::1]:80', 'etcd://h3:4/')).to.deep.equal([
      'h1:1',
      'h2:2379',
      '[::1]:80',
      'h3:4',
    ]);
    expect(serverList(['etcd://[::1]:5'], 2379)[0]).to.include({ host: '::1', port: 5 });
  });

  it('are refused when one stands there twice', () => {
    expect(() => labels('etcd://h1,h2,h1:2379'))
      .to.throw()
      .with.property('code', 'lock-urls-twice');
  });

  it('are refused when one is not host and port, without repeating it', () => {
    for (const wrong of ['etcd://', 'etcd://a:b', 'etcd://me:secret@h1:1', 'etcd://h1:1/path']) {
      expect(() => labels(wrong), wrong)
        .to.throw()
        .that.includes({ code: 'lock-urls-invalid' })
        .and.property('message')
        .not.includes('secret');
    }
  });
});
