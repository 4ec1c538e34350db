import sharp, { type Sharp } from 'sharp';
import { messageOf } from '../kernel/index.ts';
import type { EncodeAnswer, EncodeAsk, EncodeLimits } from './encoding.ts';

const WHY_MAX = 120;
const LOOK_MS = 20;

// The library reads some thirty kinds of files. What we have not looked into shall not get there.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'],
});
sharp.cache(false);

/** Turned as it was meant, no larger than asked, and nothing but pixels. */
async function encode({ type, bytes, edge, pixels }: EncodeAsk): Promise<EncodeAnswer> {
  try {
    const read = sharp(bytes, { limitInputPixels: pixels, failOn: 'warning' });
    const { isPalette } = await read.metadata();
    const shown = read
      .autoOrient()
      .resize({ width: edge, height: edge, fit: 'inside', withoutEnlargement: true });
    const { data, info } = await writtenAs(type, shown, isPalette).toBuffer({
      resolveWithObject: true,
    });
    return { bytes: data, width: info.width, height: info.height };
  } catch (error) {
    return { why: `it could not be decoded: ${messageOf(error).slice(0, WHY_MAX)}` };
  }
}

/** Neither asks for what the picture carried along: without that, nothing of it is written. */
function writtenAs(type: EncodeAsk['type'], shown: Sharp, isPalette: boolean): Sharp {
  if (type === 'image/jpeg') return shown.jpeg({ quality: 85 });
  if (type === 'image/webp') return shown.webp({ quality: 85 });
  return shown.png({ palette: isPalette });
}

/** What is decoded is decoded beside this thread, which so has the time to look. */
function overdrawn({ cpuMs, memoryBytes }: EncodeLimits): string | null {
  const { user, system } = process.cpuUsage();
  if ((user + system) / 1000 > cpuMs) return `it takes more than ${cpuMs} ms of a processor`;
  if (process.memoryUsage.rss() <= memoryBytes) return null;
  return `it takes more than ${Math.round(memoryBytes / 1024 ** 2)} MiB of memory`;
}

function tell(answer: EncodeAnswer): void {
  process.send?.(answer);
}

// It stays until it is ended: an answer that was sent and not read would be lost with it.
process.on('message', (message) => {
  const ask = message as EncodeAsk;
  setInterval(() => {
    const why = overdrawn(ask.limits);
    if (why !== null) tell({ why });
  }, LOOK_MS);
  void encode(ask).then(tell);
});
// Nobody is left to hear the answer.
process.on('disconnect', () => process.exit());
