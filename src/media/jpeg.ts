import type { Picture } from './picture-content.ts';

const START = 0xd8;
const END = 0xd9;
const SCAN = 0xda;
const COMMENT = 0xfe;
const EXIF = bytesOf('Exif\0\0');
const PROFILE = bytesOf('ICC_PROFILE\0');
/** SOF0..SOF15 say how large the picture is; these three of the range are other tables. */
const NO_FRAME: readonly number[] = [0xc4, 0xc8, 0xcc];

/** Keeps what is needed to show it, and which way is up; ends where the picture does. */
export function readJpeg(bytes: Buffer): Picture | null {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xff00 + START) return null;
  const kept = [bytes.subarray(0, 2)];
  let size: { width: number; height: number } | null = null;
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1; // a filling byte
      continue;
    }
    if (marker === END) return null; // before any scan
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (end < at + 4 || end > bytes.length) return null;
    const segment = bytes.subarray(at, end);
    if (isFrame(marker)) {
      if (size !== null || segment.length < 10) return null; // which of both would be shown?
      size = { height: segment.readUInt16BE(5), width: segment.readUInt16BE(7) };
    }
    const keeps = keptOf(marker, segment);
    if (keeps) kept.push(keeps);
    at = end;
    if (marker !== SCAN) continue;
    at = endOfScan(bytes, end);
    kept.push(bytes.subarray(end, at));
    if (bytes[at + 1] !== END) continue;
    kept.push(bytes.subarray(at, at + 2));
    return size && { type: 'image/jpeg', ...size, bytes: Buffer.concat(kept) };
  }
  return null;
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && !NO_FRAME.includes(marker);
}

function keptOf(marker: number, segment: Buffer): Buffer | null {
  if (marker === COMMENT) return null;
  if (marker < 0xe0 || marker > 0xef) return segment;
  const body = segment.subarray(4);
  if (marker === 0xe0 || marker === 0xee) return segment; // JFIF and Adobe: what the colours mean
  if (marker === 0xe2 && startsWith(body, PROFILE)) return segment;
  if (marker === 0xe1 && startsWith(body, EXIF)) return onlyOrientation(body.subarray(6));
  return null;
}

/** Where the next marker stands: `ff` before `00` or a restart is part of the scan. */
function endOfScan(bytes: Buffer, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0 && at + 1 < bytes.length) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
    at = bytes.indexOf(0xff, at + (next === 0xff ? 1 : 2));
  }
  return bytes.length;
}

const ORIENTATION = 0x0112;

/** Cameras do not turn their pictures, they say which way is up. That one number stays. */
function onlyOrientation(tiff: Buffer): Buffer | null {
  const turn = orientationIn(tiff);
  if (turn <= 1 || turn > 8) return null;
  const segment = Buffer.alloc(36);
  segment.writeUInt16BE(0xffe1, 0);
  segment.writeUInt16BE(34, 2);
  EXIF.copy(segment, 4);
  segment.write('MM', 10, 'latin1');
  segment.writeUInt16BE(42, 12);
  segment.writeUInt32BE(8, 14);
  segment.writeUInt16BE(1, 18);
  segment.writeUInt16BE(ORIENTATION, 20);
  segment.writeUInt16BE(3, 22);
  segment.writeUInt32BE(1, 24);
  segment.writeUInt16BE(turn, 28);
  return segment;
}

function orientationIn(tiff: Buffer): number {
  if (tiff.length < 14) return 0;
  const isLittle = tiff.toString('latin1', 0, 2) === 'II';
  const short = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const first = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (first + 2 > tiff.length) return 0;
  const count = short(first);
  for (let entry = 0; entry < count; entry += 1) {
    const at = first + 2 + entry * 12;
    if (at + 12 > tiff.length) return 0;
    if (short(at) === ORIENTATION) return short(at + 8);
  }
  return 0;
}

function startsWith(bytes: Buffer, head: Buffer): boolean {
  return bytes.subarray(0, head.length).equals(head);
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
