import type { Pacing } from './bench-sizes.ts';

/** `halfLoad` lasts twice as long as `waited` for as many orders. */
export type HttpSize = 'waited' | 'batched' | 'queued' | 'halfLoad';

const SHARES = { waited: 2, batched: 1.5, queued: 2, halfLoad: 2 };

const FULL: Pacing<HttpSize> = {
  sizes: { waited: 10_000, batched: 40_000, queued: 10_000, halfLoad: 8000 },
  shares: SHARES,
  endMs: 240_000,
};

/** Small enough for an idle machine; on a busy one the measurements shrink until they fit. */
const QUICK: Pacing<HttpSize> = {
  sizes: { waited: 6000, batched: 24_000, queued: 6000, halfLoad: 4500 },
  shares: SHARES,
  endMs: 45_000,
};

export function httpPacing(quick: boolean): Pacing<HttpSize> {
  return quick ? QUICK : FULL;
}

export const CONNECTIONS = 256;
export const BATCH = 100;
/** Of batches; together they ask for a few transactions' worth of orders at a time. */
export const BATCH_CONNECTIONS = 32;
