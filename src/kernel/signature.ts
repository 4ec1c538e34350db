import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * How a message between servers proves who sent it, in a `Holdfast-Signature` header:
 * `t=<unix seconds>,v1=<hex hmac sha256 of "t.rawBody">`, with one `v1` for each secret, so that
 * both sides can change secrets one after the other.
 */
export type SignatureVerdict = 'ok' | 'missing' | 'malformed' | 'too-old' | 'wrong';

/** How far the sender's clock, and the way, may be off: later than this it may be a replay. */
const TOLERANCE_SECONDS = 300;
/** Nobody rotates more secrets than this; a longer header is not looked into. */
const SIGNATURES_MAX = 16;
const HEADER_MAX = 2048;

const SECONDS = /^(?:0|[1-9]\d{0,11})$/;
const SIGNATURE = /^[0-9a-f]{64}$/;

export function signatureOf(
  secrets: readonly string[],
  body: Buffer | string,
  unixSeconds: number,
): string {
  const time = String(Math.floor(unixSeconds));
  const signatures = secrets.map((secret) => `v1=${hmacOf(secret, time, body).toString('hex')}`);
  return [`t=${time}`, ...signatures].join(',');
}

/**
 * Has somebody who knows one of these secrets sent this very body, and just now? `body` must be the
 * bytes as they came: JSON that was parsed and written again is another body. That it is too old
 * (or from too far ahead) is told only to whoever knows a secret.
 */
export function isSigned(
  header: string | undefined,
  body: Buffer,
  secrets: readonly string[],
  nowSeconds: number,
  toleranceSeconds = TOLERANCE_SECONDS,
): SignatureVerdict {
  if (header === undefined || header === '') return 'missing';
  const given = partsOf(header);
  if (!given) return 'malformed';
  // Every pair is compared, in constant time: how long it takes tells nothing of what was right.
  let isRight = false;
  for (const secret of secrets) {
    const expected = hmacOf(secret, given.time, body);
    for (const signature of given.signatures) {
      if (timingSafeEqual(expected, signature)) isRight = true;
    }
  }
  if (!isRight) return 'wrong';
  return Math.abs(nowSeconds - Number(given.time)) > toleranceSeconds ? 'too-old' : 'ok';
}

interface Parts {
  /** As it was sent, since that is what was signed. */
  readonly time: string;
  readonly signatures: readonly Buffer[];
}

/** Parts under other names are left alone: a later scheme may stand beside this one. */
function partsOf(header: string): Parts | null {
  if (header.length > HEADER_MAX) return null;
  const parts = header.split(',').map((part) => part.trim());
  const times = valuesOf(parts, 't=');
  const texts = valuesOf(parts, 'v1=');
  const [time] = times;
  if (times.length !== 1 || time === undefined || !SECONDS.test(time)) return null;
  if (texts.length === 0 || texts.length > SIGNATURES_MAX) return null;
  if (!texts.every((text) => SIGNATURE.test(text))) return null;
  return { time, signatures: texts.map((text) => Buffer.from(text, 'hex')) };
}

function valuesOf(parts: readonly string[], name: string): readonly string[] {
  return parts.filter((part) => part.startsWith(name)).map((part) => part.slice(name.length));
}

function hmacOf(secret: string, time: string, body: Buffer | string): Buffer {
  return createHmac('sha256', secret).update(`${time}.`).update(body).digest();
}
