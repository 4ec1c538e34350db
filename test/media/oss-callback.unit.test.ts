import { expect } from 'chai';
import { generateKeyPairSync, createSign } from 'node:crypto';
import { keyAddress, OssCallbacks } from '../../src/media/oss-callback.ts';

/** As the documentation of Aliyun publishes it. */
const PUBLISHED = {
  target: '/index.php?id=1&index=2',
  body: Buffer.from('bucket=yonghu-test'),
  authorization:
    'kKQeGTRccDKyHB3H9vF+xYMSrmhMZjzzl2/kdD1ktNVgbWEfYTQG0G2SU/RaHBovRCE8OkQDjC3uG33esH2txA==',
  keyUrl: 'aHR0cDovL2dvc3NwdWJsaWMuYWxpY2RuLmNvbS9jYWxsYmFja19wdWJfa2V5X3YxLnBlbQ==',
};
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const HOST = 'gosspublic.alicdn.com';

describe('the signature of an OSS callback', () => {
  const asked: string[] = [];
  const never = (url: string): Promise<Response> => {
    asked.push(url);
    return Promise.reject(new Error('nobody is asked'));
  };
  beforeEach(() => asked.splice(0));

  it('is right for the message that Aliyun publishes, and asks nobody', async () => {
    expect(await new OssCallbacks(undefined, never).isSigned(PUBLISHED)).to.equal(true);
    expect(asked).to.deep.equal([]);
  });

  it('is wrong as soon as anything is changed', async () => {
    const callbacks = new OssCallbacks(undefined, never);
    for (const change of [
      { target: '/index.php?id=1&index=3' },
      { target: '/index.php' },
      { target: '/%' },
      { body: Buffer.from('bucket=yonghu-tesu') },
      { body: Buffer.alloc(0) },
      { authorization: undefined },
      { authorization: '' },
      { authorization: PUBLISHED.authorization.replace('k', 'l') },
      { authorization: 'A'.repeat(5000) },
      { keyUrl: undefined },
      { keyUrl: '' },
    ]) {
      const message = { ...PUBLISHED, ...change };
      expect(await callbacks.isSigned(message), JSON.stringify(change)).to.equal(false);
    }
    expect(asked).to.deep.equal([]);
  });

  it('never makes us ask another host', async () => {
    const hostile = [
      `http://${HOST}.evil.example/callback_pub_key_v1.pem`,
      `http://evil.example/${HOST}/callback_pub_key_v1.pem`,
      `http://${HOST}@evil.example/callback_pub_key_v1.pem`,
      `http://u:p@${HOST}/callback_pub_key_v1.pem`,
      `http://${HOST}:8080/callback_pub_key_v1.pem`,
      `http://${HOST}/../callback_pub_key_v1.pem`,
      `http://${HOST}/callback_pub_key_v1.pem?x=1`,
      `http://${HOST}/callback_pub_key_v1.pem#x`,
      `http://${HOST}\\@evil.example/callback_pub_key_v1.pem`,
      `ftp://${HOST}/callback_pub_key_v1.pem`,
      `file:///etc/passwd`,
      'http://127.0.0.1/callback_pub_key_v1.pem',
      `https://${HOST.toUpperCase()}x/callback_pub_key_v1.pem`,
    ];
    const callbacks = new OssCallbacks(undefined, never);
    for (const url of hostile) {
      expect(keyAddress(base64(url)), url).to.equal(null);
      const message = { ...PUBLISHED, keyUrl: base64(url) };
      expect(await callbacks.isSigned(message), url).to.equal(false);
    }
    expect(asked).to.deep.equal([]);
  });

  it('is looked up once for another key of theirs, over TLS, without following', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const pem = publicKey.export({ type: 'spki', format: 'pem' });
    const inits: object[] = [];
    const callbacks = new OssCallbacks({}, async (url, init) => {
      asked.push(url);
      inits.push({ redirect: init.redirect });
      return await Promise.resolve(new Response(pem));
    });
    const body = Buffer.from('{}');
    const authorization = createSign('RSA-MD5').update('/cb\n').update(body).sign(privateKey);
    const message = {
      target: '/cb',
      body,
      authorization: authorization.toString('base64'),
      keyUrl: base64(`http://${HOST}/callback_pub_key_v2.pem`),
    };
    expect(await callbacks.isSigned(message)).to.equal(true);
    expect(await callbacks.isSigned(message)).to.equal(true);
    expect(asked).to.deep.equal([`https://${HOST}/callback_pub_key_v2.pem`]);
    expect(inits).to.deep.equal([{ redirect: 'error' }]);
  });

  it('is wrong while its key cannot be had, and right when it can', async () => {
    const callbacks = new OssCallbacks({}, never);
    expect(await callbacks.isSigned(PUBLISHED)).to.equal(false);
    expect(await callbacks.isSigned(PUBLISHED)).to.equal(false);
    expect(asked).to.have.length(2);
  });
});
