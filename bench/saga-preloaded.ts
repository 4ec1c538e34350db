import { pause } from '../src/kernel/index.ts';
import type { Queues } from '../src/queues/index.ts';
import { inChunks } from './in-chunks.ts';
import { anyIn, reservedAfter } from './progress-store.ts';
import type { Rig } from './rig.ts';

const LOOK_MS = 20;
const LOOK_AT_LAST_MS = 5;
const SEEN_AT_ONCE = 5000;
/** One call of the queue client; larger ones hold up Redis for everybody. */
export const ADDED_AT_ONCE = 500;

export interface Flow {
  readonly orders: number;
  /** The last order before this measurement. */
  readonly afterSeq: number;
  /** Entries in one job; 1 for a job for each. */
  readonly envelope: number;
}

/** Pays for each order as soon as it is seen to be reserved, until all of them are paid. */
export async function payUntilDone({ counted, queues }: Rig, flow: Flow): Promise<void> {
  const reserved = new Frontier(flow.afterSeq);
  while (reserved.count < flow.orders) {
    const seen = await reservedAfter(counted, reserved.seq, SEEN_AT_ONCE);
    const fresh = reserved.take(seen);
    await pay(queues, fresh, flow.envelope);
    await pause(LOOK_MS);
  }
  while (await anyIn(counted, 'reserved', flow.afterSeq)) await pause(LOOK_AT_LAST_MS);
}

export async function pay(
  queues: Queues,
  orderIds: readonly string[],
  envelope: number,
): Promise<void> {
  const payments = orderIds.map((orderId) => ({ orderId, paymentId: `p-${orderId}` }));
  const jobs: readonly object[] =
    envelope === 1 ? payments : inChunks(payments, envelope).map((some) => ({ payments: some }));
  for (const some of inChunks(jobs, ADDED_AT_ONCE)) await queues.add('payment-confirmed', some);
}

/** Which orders have been seen. Batches commit out of order, so a place in line is not enough. */
export class Frontier {
  /** Every order up to here has been seen. */
  seq: number;
  count = 0;
  private readonly ahead = new Set<number>();

  constructor(seq: number) {
    this.seq = seq;
  }

  /** Answers the ids of those that had not been seen before. */
  take(seen: readonly { readonly seq: number; readonly orderId: string }[]): string[] {
    const fresh = seen.filter(({ seq }) => seq > this.seq && !this.ahead.has(seq));
    for (const { seq } of fresh) this.ahead.add(seq);
    this.count += fresh.length;
    while (this.ahead.delete(this.seq + 1)) this.seq += 1;
    return fresh.map(({ orderId }) => orderId);
  }
}
