import { onlyOrientation } from './orientation.ts';
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
  if (marker === 0xe1 && startsWith(body, EXIF)) return turned(body);
  return null;
}

function turned(exif: Buffer): Buffer | null {
  const tiff = onlyOrientation(exif);
  if (!tiff) return null;
  const head = Buffer.from([0xff, 0xe1, 0, 2 + EXIF.length + tiff.length]);
  return Buffer.concat([head, EXIF, tiff]);
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

function startsWith(bytes: Buffer, head: Buffer): boolean {
  return bytes.subarray(0, head.length).equals(head);
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
