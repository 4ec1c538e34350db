import { isSigned, signatureOf, systemClock } from '../kernel/index.ts';
import { HoldfastError } from './holdfast-error.ts';

/** What Holdfast tells a shop. It may come twice, under the same id. */
export interface Notice {
  readonly id: string;
  /** Such as `order.paid`. */
  readonly kind: string;
  readonly at: string;
  /** What happened to what, such as `orderId`. */
  readonly [fact: string]: unknown;
}

export interface VerifyOptions {
  /** How far the sender's clock, and the way, may be off. Default: 300. */
  readonly toleranceSeconds?: number;
}

/**
 * The notice in a request that Holdfast has signed; throws `bad-signature` for any other. Give it
 * the bytes as they came: JSON that was parsed and written again is another body. It throws, and
 * does not answer yes or no, so that nobody can forget to look.
 */
export function verifyNotice(
  rawBody: Uint8Array | string,
  signatureHeader: string | undefined,
  secrets: readonly string[],
  { toleranceSeconds }: VerifyOptions = {},
): Notice {
  const body = bytesOf(rawBody);
  const now = systemClock.wallMs() / 1000;
  const verdict = isSigned(signatureHeader, body, secrets, now, toleranceSeconds);
  if (verdict === 'ok') return JSON.parse(body.toString('utf8')) as Notice;
  throw new HoldfastError('bad-signature', `the signature is ${verdict}`, {
    details: { verdict },
  });
}

/** The `Holdfast-Signature` header of a payment provider for this body. */
export function signPayment(
  body: Uint8Array | string,
  secret: string,
  unixSeconds: number = systemClock.wallMs() / 1000,
): string {
  return signatureOf([secret], bytesOf(body), unixSeconds);
}

function bytesOf(body: Uint8Array | string): Buffer {
  return Buffer.from(body as Uint8Array);
}
