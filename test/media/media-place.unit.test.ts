import { expect } from 'chai';
import { readConfig } from '../../src/app/config.ts';
import { mediaPlace } from '../../src/media/index.ts';

const KEPT = 'AK:very%2Fsecret';

describe('where pictures are kept', () => {
  const place = (text: string) => mediaPlace(text, '/home/media');

  it('is a folder unless a bucket is named', () => {
    expect(place('file:')).to.deep.equal({ kind: 'local', folder: '/home/media' });
    expect(place('file:///srv/p')).to.deep.equal({ kind: 'local', folder: '/srv/p' });
  });

  it('is a bucket with its key, its region and how it is spoken to', () => {
    expect(place(`s3://${KEPT}@s3.example:9000/shop?region=eu-1&upload=put`)).to.deep.equal({
      kind: 's3',
      endpoint: 'https://s3.example:9000',
      bucket: 'shop',
      keys: { accessKey: 'AK', secret: 'very/secret', region: 'eu-1' },
      style: 'path',
      upload: 'put',
      publicUrl: null,
      callback: null,
    });
    const more = 'public=https://cdn.example/x/&callback=https://shop.example/';
    expect(place(`oss+http://${KEPT}@oss.example/shop?region=cn-x&${more}`)).to.include({
      endpoint: 'http://oss.example',
      style: 'host',
      publicUrl: 'https://cdn.example/x',
      callback: 'https://shop.example',
    });
  });

  it('is refused without a word of its secret', () => {
    for (const wrong of [
      `s3://${KEPT}@host/shop`,
      `s3://${KEPT}@host/?region=x`,
      `s3://${KEPT}@host/../x?region=x`,
      's3://host/shop?region=x',
      `gs://${KEPT}@host/shop?region=x`,
      `s3://${KEPT}@host/shop?region=x&token=very%2Fsecret`,
      `s3://${KEPT}@host/shop?region=x&style=other`,
      `s3://${KEPT}@host/shop?region=x&callback=https://a.example`,
      `oss://${KEPT}@host/shop?region=x&upload=put`,
      `oss://${KEPT}@host/shop?region=x&callback=javascript:very`,
      `oss://${KEPT}%@host/shop?region=x`,
      'very/secret',
    ]) {
      const read = () =>
        readConfig({
          HOLDFAST_HOME: '/tmp/holdfast-no-home',
          HOLDFAST_DATABASE_URL: 'mysql://u:p@127.0.0.1:3306/x',
          HOLDFAST_REDIS_URL: 'redis://127.0.0.1:6379',
          HOLDFAST_LOCK_URLS: 'memory:',
          HOLDFAST_MEDIA_URL: wrong,
        });
      expect(read, wrong).to.throw(/HOLDFAST_MEDIA_URL cannot be used/);
      expect(read, wrong).to.not.throw(/very/);
    }
  });
});
