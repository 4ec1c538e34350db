/** Before it in a JPEG; elsewhere it may be left out. */
const PREFIX = Buffer.of(0x45, 0x78, 0x69, 0x66, 0, 0);
const ORIENTATION = 0x0112;

/** Cameras do not turn their pictures, they say which way is up. That one number is kept. */
export function onlyOrientation(exif: Buffer): Buffer | null {
  const turn = orientationIn(exif.subarray(0, 6).equals(PREFIX) ? exif.subarray(6) : exif);
  if (turn <= 1 || turn > 8) return null;
  const tiff = Buffer.alloc(26);
  tiff.write('MM', 'latin1');
  tiff.writeUInt16BE(42, 2);
  tiff.writeUInt32BE(8, 4);
  tiff.writeUInt16BE(1, 8);
  tiff.writeUInt16BE(ORIENTATION, 10);
  tiff.writeUInt16BE(3, 12);
  tiff.writeUInt32BE(1, 14);
  tiff.writeUInt16BE(turn, 18);
  return tiff;
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
