import { signatureOf } from '../../src/kernel/index.ts';
import { PAYMENT_SECRET } from './http-room.ts';

export const unixNow = (): number =>
  Math.floor((performance.timeOrigin + performance.now()) / 1000);

/** The headers of a webhook, signed as a payment provider does it. */
export function signedHeaders(
  body: string | Buffer,
  at = unixNow(),
  secrets: readonly string[] = [PAYMENT_SECRET],
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'holdfast-signature': signatureOf(secrets, body, at),
  };
}
