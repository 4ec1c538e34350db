import { expect } from 'chai';
import {
  ossHeaders,
  postForm,
  presignedUrl,
  signPolicy,
  stampOf,
} from '../../src/media/object-signing.ts';

const OSS = {
  accessKey: 'LTAITESTACCESSKEYID',
  secret: 'testAccessKeySecret',
  region: 'cn-hangzhou',
};

describe('signing for object stores', () => {
  it('gives the URL that Amazon publishes as an example', () => {
    const url = presignedUrl(
      {
        accessKey: 'AKIAIOSFODNN7EXAMPLE',
        secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
        region: 'us-east-1',
      },
      86_400,
      {
        method: 'GET',
        url: new URL('https://examplebucket.s3.amazonaws.com/test.txt'),
        wallMs: Date.UTC(2013, 4, 24),
      },
    );
    expect(url.searchParams.get('X-Amz-Signature')).to.equal(
      'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    );
  });

  it('gives the header that the library of Aliyun publishes as a test', () => {
    const query = 'param1=value1&%2Bparam1=value3&%7Cparam1=value4&%2Bparam2&%7Cparam2&param2';
    const headers = ossHeaders(
      { accessKey: 'ak', secret: 'sk', region: 'cn-hangzhou' },
      {
        method: 'PUT',
        url: new URL(`http://bucket.oss-cn-hangzhou.aliyuncs.com/1234%2B-/123/1.txt?${query}`),
        resource: '/bucket/1234+-/123/1.txt',
        wallMs: 1_702_743_657_000,
        headers: {
          'x-oss-head1': 'value',
          abc: 'value',
          'content-type': 'text/plain',
        },
      },
    );
    expect(headers['authorization']).to.equal(
      'OSS4-HMAC-SHA256 Credential=ak/20231216/cn-hangzhou/oss/aliyun_v4_request,' +
        'Signature=e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe',
    );
  });

  it('signs a policy as the library of Aliyun does', () => {
    const day = '20261120';
    const policy = JSON.stringify({
      expiration: '2026-11-20T10:05:00.000Z',
      conditions: [
        { bucket: 'demo-bucket' },
        { 'x-oss-signature-version': 'OSS4-HMAC-SHA256' },
        {
          'x-oss-credential': `${OSS.accessKey}/${day}/cn-hangzhou/oss/aliyun_v4_request`,
        },
        { 'x-oss-date': '20261120T100000Z' },
        ['content-length-range', 1, 5_242_880],
        ['eq', '$key', 'goods/01HXYZ.jpg'],
        ['eq', '$success_action_status', '200'],
        ['in', '$content-type', ['image/jpeg', 'image/png', 'image/webp']],
      ],
    });
    expect(signPolicy('oss', OSS, day, Buffer.from(policy).toString('base64'))).to.equal(
      '19e839a2d6170759b184bdb6f56d3fd169b7ecd770f8ae1caf4da9ba21c7b713',
    );
  });

  it('binds every field of a form, and the size to the byte', () => {
    const wallMs = Date.UTC(2026, 10, 20, 10);
    const fields = postForm('oss', OSS, {
      bucket: 'demo',
      key: 'incoming/1',
      contentType: 'image/png',
      size: 70,
      wallMs,
      lifeMs: 600_000,
      more: { callback: 'abc', 'x:ticket': 't.s' },
    });
    const policy = JSON.parse(
      Buffer.from(fields['policy'] ?? '', 'base64').toString('utf8'),
    ) as Record<string, unknown>;
    expect(policy['expiration']).to.equal('2026-11-20T10:10:00.000Z');
    expect(policy['conditions']).to.deep.equal([
      { bucket: 'demo' },
      ['content-length-range', 70, 70],
      ['eq', '$key', 'incoming/1'],
      ['eq', '$content-type', 'image/png'],
      ['eq', '$success_action_status', '200'],
      ['eq', '$callback', 'abc'],
      ['eq', '$x:ticket', 't.s'],
      { 'x-oss-signature-version': 'OSS4-HMAC-SHA256' },
      {
        'x-oss-credential': `${OSS.accessKey}/20261120/cn-hangzhou/oss/aliyun_v4_request`,
      },
      { 'x-oss-date': stampOf(wallMs) },
    ]);
    expect(JSON.stringify(fields)).to.not.include(OSS.secret);
  });
});
