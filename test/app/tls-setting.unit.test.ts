import { expect } from 'chai';
import { readConfig } from '../../src/app/config.ts';

const BASE = {
  HOLDFAST_HOME: '/tmp/holdfast-no-home',
  HOLDFAST_DATABASE_URL: 'mysqls://u:p@database.example/x',
  HOLDFAST_REDIS_URL: 'rediss://queue.example',
  HOLDFAST_LOCK_URLS: 'memory:',
};
const read = (more: Readonly<Record<string, string>>) => readConfig({ ...BASE, ...more }).tls;

describe('whom protected lines trust', () => {
  it('is what the system trusts, unless something is said', () => {
    expect(read({})).to.deep.equal({});
  });

  it('must be certificates, and a certificate of ours has its key', () => {
    expect(() => read({ HOLDFAST_TLS_CA: 'abc' })).to.throw(/HOLDFAST_TLS_CA is no certificate/);
    expect(() => read({ HOLDFAST_TLS_CA_FILE: '/nowhere' })).to.throw(/HOLDFAST_TLS_CA_FILE is/);
    for (const alone of ['HOLDFAST_TLS_CERT', 'HOLDFAST_TLS_KEY']) {
      expect(() => read({ [alone]: 'abc' })).to.throw(/HOLDFAST_TLS_KEY belong together/);
    }
    const secret = '-----BEGIN CERTIFICATE-----\nhush\n-----END CERTIFICATE-----';
    expect(() => read({ HOLDFAST_TLS_CERT: secret, HOLDFAST_TLS_KEY: 'hush' }))
      .to.throw(/HOLDFAST_TLS_KEY cannot be used/)
      .with.property('message')
      .that.does.not.include('hush');
  });

  it('is checked for the name of the database, so it must have one', () => {
    for (const address of ['10.0.0.5', '[fd00::7]']) {
      const url = `mysqls://u:p@${address}/x`;
      expect(() => read({ HOLDFAST_DATABASE_URL: url })).to.throw(/is a host name/);
    }
  });
});
