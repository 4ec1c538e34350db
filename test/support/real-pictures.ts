import sharp from 'sharp';

/** These can really be shown, unlike the samples that are only shaped like pictures. */
export type RealKind = 'jpeg' | 'png' | 'webp';

export interface RealPicture {
  readonly width?: number;
  readonly height?: number;
  /** Which way is up, as Exif says it. */
  readonly turn?: number;
  /** As a telephone writes it. */
  readonly hasPlace?: boolean;
}

/** Where the picture was taken, and who owns it. */
const PLACE = {
  IFD0: { Copyright: 'a secret owner', Model: 'a secret camera' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' },
} as const;

/** The left half is red, the right half blue. */
export async function realPicture(kind: RealKind, wish: RealPicture = {}): Promise<Buffer> {
  const { width = 40, height = 20, turn, hasPlace = false } = wish;
  const half = { width: width / 2, height, channels: 3 as const };
  const blue = await sharp({ create: { ...half, background: 'blue' } })
    .png()
    .toBuffer();
  const drawn = sharp({ create: { ...half, width, background: 'red' } }).composite([
    { input: blue, left: width / 2, top: 0 },
  ]);
  const told = hasPlace ? drawn.withExif(PLACE) : drawn;
  const turned = turn === undefined ? told : told.withMetadata({ orientation: turn });
  return await turned.toFormat(kind).toBuffer();
}

export interface SeenPicture {
  readonly width: number;
  readonly height: number;
  readonly kind: string;
  readonly isBare: boolean;
  /** Of the middle of its upper half, and of its lower half. */
  readonly upper: 'red' | 'blue';
  readonly lower: 'red' | 'blue';
}

/** What somebody sees who opens it. */
export async function seenIn(bytes: Buffer): Promise<SeenPicture> {
  const { format, exif, xmp, icc, iptc, orientation, comments } = await sharp(bytes).metadata();
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const colourAt = (y: number) => {
    const at = (Math.floor(y) * width + Math.floor(width / 4)) * channels;
    return (data[at] ?? 0) > (data[at + 2] ?? 0) ? 'red' : 'blue';
  };
  const all = [exif, xmp, icc, iptc, orientation, comments];
  return {
    width,
    height,
    kind: format,
    isBare: all.every((one) => one === undefined),
    upper: colourAt(height / 4),
    lower: colourAt((height * 3) / 4),
  };
}

/** A picture that moves. */
export async function movingPicture(): Promise<Buffer> {
  const frame = async (background: string) =>
    await sharp({ create: { width: 8, height: 8, channels: 3, background } })
      .png()
      .toBuffer();
  const frames = await Promise.all([frame('red'), frame('blue')]);
  return await sharp(frames, { join: { animated: true } })
    .webp()
    .toBuffer();
}

/** So many pixels of one colour: small as a file, large in memory, and the header says so. */
export async function pixelBomb(width: number, height: number): Promise<Buffer> {
  return await sharp({ create: { width, height, channels: 3, background: 'grey' } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** Pixels without order, which cost time to write. */
export async function noise(width: number, height: number): Promise<Buffer> {
  const create = {
    width,
    height,
    channels: 3 as const,
    background: 'black',
    noise: { type: 'gaussian' as const, mean: 128, sigma: 60 },
  };
  return await sharp({ create }).jpeg({ quality: 60 }).toBuffer();
}
