import { expect } from 'chai';
import { codeOf } from '../../src/kernel/index.ts';
import { type Judged, judgePicture } from '../../src/media/picture.ts';
import type { Picture } from '../../src/media/picture-content.ts';
import { PictureEncoder } from '../../src/media/picture-encoder.ts';
import { boundsOf, type Purpose } from '../../src/media/purpose.ts';
import {
  movingPicture,
  noise,
  pixelBomb,
  realPicture,
  type RealPicture,
  seenIn,
} from '../support/real-pictures.ts';
import { sampleJpeg } from '../support/sample-pictures.ts';

const KINDS = ['jpeg', 'png', 'webp'] as const;
const BEHIND = Buffer.from('PK\x03\x04<html><script>secret()</script></html>', 'latin1');

describe('a picture that is written anew', function () {
  this.timeout(60_000);
  const encoder = new PictureEncoder();
  const judged = async (
    bytes: Buffer,
    purpose: Purpose = 'goods',
    by: PictureEncoder = encoder,
  ): Promise<Judged> => {
    const first = judgePicture(bytes, null, boundsOf(purpose));
    return 'refusal' in first ? first : await by.encode(first.picture, boundsOf(purpose));
  };
  const anew = async (bytes: Buffer, purpose: Purpose = 'goods'): Promise<Picture> => {
    const answer = await judged(bytes, purpose);
    if ('refusal' in answer) throw new Error(answer.refusal.why);
    return answer.picture;
  };
  const refusalOf = async (bytes: Buffer, by: PictureEncoder = encoder) => {
    const answer = await judged(bytes, 'goods', by);
    return 'refusal' in answer ? answer.refusal : { code: 'fine', why: '' };
  };

  for (const kind of KINDS) {
    it(`tells no place, and carries nothing behind its end: ${kind}`, async () => {
      const told = await realPicture(kind, { hasPlace: true });
      expect(told.toString('latin1'), 'the sample tells').to.include('a secret owner');
      const { bytes, type } = await anew(Buffer.concat([told, BEHIND]));
      expect(type).to.equal(`image/${kind}`);
      expect(await seenIn(bytes)).to.include({ kind, isBare: true, width: 40, height: 20 });
      expect(bytes.toString('latin1')).to.not.match(/Exif|eXIf|secret|html/);
    });

    it(`stands the way it was meant: ${kind}`, async () => {
      const seen = async (wish: RealPicture) =>
        await seenIn((await anew(await realPicture(kind, wish))).bytes);
      expect(await seen({})).to.include({ width: 40, height: 20, upper: 'red', lower: 'red' });
      // A quarter to the right: what was left is up now.
      expect(await seen({ turn: 6 })).to.include({ width: 20, height: 40, upper: 'red' });
      expect(await seen({ turn: 6 })).to.include({ lower: 'blue', isBare: true });
      expect(await seen({ turn: 8 })).to.include({ upper: 'blue', lower: 'red', isBare: true });
      expect(await seen({ turn: 3 })).to.include({ width: 40, upper: 'blue', isBare: true });
    });

    it(`is no larger than its purpose allows, and never made larger: ${kind}`, async () => {
      const wide = await realPicture(kind, { width: 3000, height: 300 });
      for (const [purpose, width] of [
        ['goods', 2048],
        ['banner', 2560],
        ['logo', 512],
      ] as const) {
        const { bytes, ...size } = await anew(wide, purpose);
        expect(size, purpose).to.deep.equal({
          type: `image/${kind}`,
          width,
          height: Math.round(width / 10),
        });
        expect(await seenIn(bytes), purpose).to.include({ width, height: Math.round(width / 10) });
      }
      const high = await realPicture(kind, { width: 30, height: 600 });
      expect(await anew(high, 'logo')).to.include({ width: 26, height: 512 });
    });

    it(`is whole, or refused with the reason: ${kind}`, async () => {
      const whole = await realPicture(kind, { width: 600, height: 400 });
      const { type, ...picture } = await anew(whole);
      const half = picture.bytes.subarray(0, Math.floor(picture.bytes.length * 0.9));
      const answer = await encoder.encode({ ...picture, type, bytes: half }, boundsOf('goods'));
      const { code, why } = 'refusal' in answer ? answer.refusal : { code: 'fine', why: '' };
      expect(code).to.equal('upload-unreadable');
      expect(why).to.match(/^it could not be decoded: \w/);
    });
  }

  it('is the same for the same picture', async () => {
    const told = await realPicture('jpeg', { hasPlace: true });
    const [one, other] = await Promise.all([anew(told), anew(told)]);
    expect(one.bytes.equals(other.bytes)).to.equal(true);
  });

  it('has been decoded: what is only shaped like one is refused', async () => {
    const { code, why } = await refusalOf(sampleJpeg());
    expect(code, why).to.equal('upload-unreadable');
  });

  it('does not move', async () => {
    expect((await refusalOf(await movingPicture())).code).to.equal('upload-not-a-picture');
  });

  it('is no bomb: refused by its header, and once more by the decoder', async () => {
    const bomb = await pixelBomb(7000, 6000);
    expect(bomb.length).to.be.lessThan(1024 * 1024);
    const before = process.memoryUsage.rss();
    expect((await refusalOf(bomb)).code).to.equal('upload-too-many-pixels');
    expect(process.memoryUsage.rss() - before).to.be.lessThan(64 * 1024 * 1024);
    const liar: Picture = { type: 'image/png', width: 4, height: 3, bytes: bomb };
    const answer = await encoder.encode(liar, boundsOf('goods'));
    expect('refusal' in answer && answer.refusal.why).to.include('pixel limit');
  });

  it('may cost so much of a processor, and of memory, and no more', async () => {
    const large = await noise(3000, 2500);
    const quick = new PictureEncoder({ cpuMs: 1 });
    expect(await refusalOf(large, quick)).to.deep.equal({
      code: 'upload-unreadable',
      why: 'it takes more than 1 ms of a processor',
    });
    const small = new PictureEncoder({ memoryBytes: 1024 ** 2 });
    expect((await refusalOf(large, small)).why).to.equal('it takes more than 1 MiB of memory');
  });

  it('is asked about again when no processor was to be had in time', async () => {
    const late = new PictureEncoder({ wallMs: 1 });
    const error: unknown = await judged(await realPicture('png'), 'goods', late).catch(
      (thrown: unknown) => thrown,
    );
    expect(codeOf(error)).to.equal('media-unavailable');
    expect(error).to.have.property('retryable', true);
  });

  it('is decoded by nothing that reads other kinds of files', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    const picture: Picture = { type: 'image/png', width: 9, height: 9, bytes: svg };
    const answer = await encoder.encode(picture, boundsOf('goods'));
    expect('refusal' in answer && answer.refusal.why).to.include('unsupported image format');
  });
});
