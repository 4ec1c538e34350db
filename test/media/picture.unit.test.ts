import { expect } from 'chai';
import { judgePicture } from '../../src/media/picture.ts';
import type { Picture } from '../../src/media/picture-content.ts';
import { boundsOf, type PictureType } from '../../src/media/purpose.ts';
import {
  exifBody,
  jpegSegment,
  PROGRAM,
  sampleJpeg,
  samplePng,
  sampleWebp,
} from '../support/sample-pictures.ts';

const SECRET = 'a secret place';
const judged = (bytes: Buffer, type: PictureType | null = null) =>
  judgePicture(bytes, type, boundsOf('goods'));
const codeOf = (bytes: Buffer, type: PictureType | null = null): string => {
  const answer = judged(bytes, type);
  return 'refusal' in answer ? answer.refusal.code : 'fine';
};
const pictureOf = (bytes: Buffer): Picture => {
  const answer = judged(bytes);
  if ('refusal' in answer) throw new Error(answer.refusal.why);
  return answer.picture;
};

describe('what a picture is', () => {
  it('is told by its bytes, with its size', () => {
    for (const [bytes, type] of [
      [sampleJpeg(), 'image/jpeg'],
      [samplePng(), 'image/png'],
      [sampleWebp(), 'image/webp'],
    ] as const) {
      expect(pictureOf(bytes)).to.include({ type, width: 4, height: 3 });
      // What was made clean stays as it is.
      const { bytes: clean } = pictureOf(bytes);
      expect(pictureOf(clean).bytes.equals(clean), type).to.equal(true);
    }
  });

  it('is no program, no page and no vector, whatever it is called', () => {
    expect(codeOf(PROGRAM, 'image/jpeg')).to.equal('upload-not-a-picture');
    for (const text of ['<svg onload="x"/>', '<html>', 'MZ', '', '\xff\xd8\xff', 'GIF89a']) {
      expect(codeOf(Buffer.from(text, 'latin1')), text).to.equal('upload-not-a-picture');
    }
    expect(codeOf(samplePng(), 'image/jpeg')).to.equal('upload-type-differs');
  });

  it('is refused by its header when it has too many pixels', () => {
    expect(codeOf(samplePng(12_000, 12_000))).to.equal('upload-too-many-pixels');
    expect(codeOf(sampleJpeg(65_000, 65_000))).to.equal('upload-too-many-pixels');
    expect(codeOf(sampleWebp(16_000, 16_000))).to.equal('upload-too-many-pixels');
    expect(codeOf(samplePng(2 ** 32 - 1, 2 ** 32 - 1))).to.equal('upload-too-many-pixels');
    expect(codeOf(samplePng(0, 3))).to.equal('upload-not-a-picture');
  });

  it('is whole, and says one size', () => {
    for (const whole of [sampleJpeg(), samplePng(), sampleWebp()]) {
      for (let length = 0; length < whole.length; length += 1) {
        expect(codeOf(whole.subarray(0, length)), `${length}`).to.equal('upload-not-a-picture');
      }
    }
    const twice = sampleJpeg(4, 3, [jpegSegment(0xc2, Buffer.alloc(15, 9))]);
    expect(codeOf(twice)).to.equal('upload-not-a-picture');
    expect(codeOf(sampleWebp(4, 3, { canvas: 5 }))).to.equal('upload-not-a-picture');
    expect(codeOf(sampleWebp(4, 3, { flags: 2 })), 'moves').to.equal('upload-not-a-picture');
    const broken = samplePng();
    broken.writeUInt8(9, 20); // in the header, which has a sum
    expect(codeOf(broken)).to.equal('upload-not-a-picture');
  });

  it('loses what was hung on to it: places, comments, files behind', () => {
    const behind = Buffer.from('<?php secret() ?>PK\x03\x04', 'latin1');
    const jpeg = sampleJpeg(4, 3, [
      jpegSegment(0xe1, exifBody(1, SECRET)),
      jpegSegment(0xe1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0${SECRET}`, 'latin1')),
      jpegSegment(0xed, Buffer.from(SECRET, 'latin1')),
      jpegSegment(0xfe, Buffer.from(SECRET, 'latin1')),
    ]);
    const png = samplePng(4, 3, { tEXt: `Comment\0${SECRET}`, eXIf: SECRET, zzZz: SECRET });
    for (const bytes of [jpeg, png, sampleWebp()]) {
      const clean = pictureOf(Buffer.concat([bytes, behind])).bytes.toString('latin1');
      expect(clean).to.not.match(/secret|php/);
    }
    expect(pictureOf(Buffer.concat([jpeg, behind])).bytes.equals(sampleJpeg())).to.equal(true);
    expect(pictureOf(Buffer.concat([png, behind])).bytes.equals(samplePng())).to.equal(true);
  });

  it('keeps which way is up', () => {
    const turned = sampleJpeg(4, 3, [jpegSegment(0xe1, exifBody(6, SECRET))]);
    const clean = pictureOf(turned).bytes;
    expect(clean.toString('latin1')).to.not.include(SECRET);
    const at = clean.indexOf('Exif\0\0', 0, 'latin1');
    expect(at).to.be.greaterThan(0);
    expect(clean.readUInt16BE(at + 24)).to.equal(6);
    expect(pictureOf(clean).bytes.equals(clean)).to.equal(true);
  });
});
