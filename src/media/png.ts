import { crc32 } from 'node:zlib';
import { onlyOrientation } from './orientation.ts';
import type { Picture } from './picture-content.ts';

const SIGNATURE = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const EXIF = 'eXIf';
/** What is needed to show it. Texts, times, places and compressed profiles are left out. */
const KEPT = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'pHYs']);

export function readPng(bytes: Buffer): Picture | null {
  if (!bytes.subarray(0, 8).equals(SIGNATURE)) return null;
  const kept: Buffer[] = [SIGNATURE];
  let size: { width: number; height: number } | null = null;
  let hasData = false;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) return null;
    const name = bytes.toString('latin1', at + 4, at + 8);
    const body = bytes.subarray(at + 8, end - 4);
    if ((size === null) !== (name === 'IHDR')) return null; // it comes first, and once
    if (name === 'IHDR') {
      if (body.length !== 13) return null;
      size = { width: body.readUInt32BE(0), height: body.readUInt32BE(4) };
    }
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) return null;
    hasData ||= name === 'IDAT';
    if (KEPT.has(name)) kept.push(bytes.subarray(at, end));
    if (name === EXIF) kept.push(...turned(body));
    if (name === 'IEND') {
      return hasData && size ? { type: 'image/png', ...size, bytes: Buffer.concat(kept) } : null;
    }
    at = end;
  }
  return null;
}

function turned(exif: Buffer): readonly Buffer[] {
  const tiff = onlyOrientation(exif);
  if (!tiff) return [];
  const named = Buffer.concat([Buffer.from(EXIF, 'latin1'), tiff]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(tiff.length, 0);
  ends.writeUInt32BE(crc32(named), 4);
  return [ends.subarray(0, 4), named, ends.subarray(4)];
}
