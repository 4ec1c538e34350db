import type { Backoff } from '../kernel/index.ts';

/** How notices are delivered; how long they are tried and kept is said in the room of notices. */
export interface DeliveryPace {
  /** Requests under way at once, each of another subject. */
  readonly parallel: number;
  /** A receiver that has not answered by then has failed. */
  readonly timeoutMs: number;
  /** After this a claim is anybody's again: longer than a request and the writing of its end. */
  readonly leaseMs: number;
  readonly backoff: Backoff;
  /** The least time between two looks; what ends meanwhile is written together. */
  readonly lookMs: number;
  /** How often somebody looks for delivered notices that are old enough to be forgotten. */
  readonly forgetEveryMs: number;
}

export const PACE: DeliveryPace = {
  parallel: 16,
  timeoutMs: 5000,
  leaseMs: 20_000,
  backoff: { firstMs: 1000, capMs: 15 * 60_000 },
  lookMs: 10,
  forgetEveryMs: 3_600_000,
};
