import { onlyOrientation } from './orientation.ts';
import type { Picture } from './picture-content.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

const KEPT = new Set(['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ICCP']);
/** In the flags of VP8X: that there is Exif, that there is XMP, and that it moves. */
const EXIF = 0x08;
const XMP = 0x04;
const MOVES = 0x02;

/** A picture that moves is refused: each of its frames could be as large as the whole. */
export function readWebp(bytes: Buffer): Picture | null {
  if (bytes.length < 20 || bytes.toString('latin1', 0, 4) !== 'RIFF') return null;
  if (bytes.toString('latin1', 8, 12) !== 'WEBP') return null;
  const end = 8 + bytes.readUInt32LE(4);
  if (end > bytes.length) return null;
  const kept: Buffer[] = [];
  let pixels: Size | null = null;
  let canvas: Size | null = null;
  let extended: Buffer | null = null;
  for (let at = 12; at + 8 <= end; ) {
    const name = bytes.toString('latin1', at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    const next = at + 8 + length + (length % 2);
    if (next > end) return null;
    const chunk = Buffer.from(bytes.subarray(at, next));
    const body = chunk.subarray(8, 8 + length);
    if (name === 'VP8X') {
      const flags = body[0] ?? MOVES;
      if (length < 10 || (flags & MOVES) !== 0) return null;
      body[0] = flags & ~(EXIF | XMP);
      extended = body;
      canvas = { width: body.readUIntLE(4, 3) + 1, height: body.readUIntLE(7, 3) + 1 };
    }
    if (name === 'VP8 ' || name === 'VP8L') {
      if (pixels) return null;
      pixels = name === 'VP8 ' ? lossySize(body) : losslessSize(body);
      if (!pixels) return null;
    }
    if (KEPT.has(name)) kept.push(chunk);
    const tiff = name === 'EXIF' && extended ? onlyOrientation(body) : null;
    if (tiff && extended) {
      extended[0] = (extended[0] ?? 0) | EXIF;
      kept.push(chunkOf('EXIF', tiff));
    }
    at = next;
  }
  if (!pixels || (canvas && !isSame(canvas, pixels))) return null;
  return { type: 'image/webp', ...pixels, bytes: whole(kept) };
}

function lossySize(body: Buffer): Size | null {
  if (body.length < 10 || body.readUIntBE(3, 3) !== 0x9d012a) return null;
  return { width: body.readUInt16LE(6) & 0x3fff, height: body.readUInt16LE(8) & 0x3fff };
}

function losslessSize(body: Buffer): Size | null {
  if (body.length < 5 || body[0] !== 0x2f) return null;
  const bits = body.readUInt32LE(1);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

function isSame(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
}

function whole(chunks: readonly Buffer[]): Buffer {
  const body = Buffer.concat(chunks);
  const head = Buffer.alloc(12);
  head.write('RIFF', 'latin1');
  head.writeUInt32LE(body.length + 4, 4);
  head.write('WEBP', 8, 'latin1');
  return Buffer.concat([head, body]);
}

/** Of an even length, as this one is: no byte to fill up. */
function chunkOf(name: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}
