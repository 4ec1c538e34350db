import { CLOSED_LOOP_CALLERS, ENVELOPE, MANY_GOODS, THREE_LINES } from './bench-sizes.ts';
import { recount } from './books-store.ts';
import type { Contender, Sample } from './contender.ts';
import type { GoodsSupply, WantedOrder } from './goods-supply.ts';
import { HeldQueue } from './held-queue.ts';
import { inChunks } from './in-chunks.ts';
import { timed, withBatchCounts } from './measuring.ts';
import { lastSeq } from './progress-store.ts';
import type { Rig } from './rig.ts';
import { callInLoops } from './saga-closed-loop.ts';
import { ADDED_AT_ONCE, payUntilDone } from './saga-preloaded.ts';
import type { Workforce } from './child-process.ts';

export interface SagaParts {
  readonly rig: Rig;
  readonly supply: GoodsSupply;
  readonly worker: Workforce;
}

interface Form {
  readonly name: string;
  readonly goodsCount: number;
  readonly lines: number;
  readonly envelope: number;
  readonly closedLoop: boolean;
}

/** The whole saga, placed to paid, through the real queues and the real workers. */
export function sagaContenders(parts: SagaParts): Contender[] {
  const form = (name: string, more: Partial<Form>, size: Contender['size']): Contender => ({
    name: `saga ${name}`,
    size,
    measure: (count) =>
      measure(
        parts,
        { name, goodsCount: 1, lines: 1, envelope: 1, closedLoop: false, ...more },
        count,
      ),
  });
  const many = { goodsCount: MANY_GOODS };
  return [
    form('hot', {}, 'preloaded'),
    form('many', many, 'preloaded'),
    form('three lines', { ...many, lines: THREE_LINES }, 'preloaded'),
    form('hot envelopes', { envelope: ENVELOPE }, 'enveloped'),
    form('many envelopes', { ...many, envelope: ENVELOPE }, 'enveloped'),
    form('hot closed-loop', { closedLoop: true }, 'closedLoop'),
    form('many closed-loop', { ...many, closedLoop: true }, 'closedLoop'),
  ];
}

async function measure(parts: SagaParts, form: Form, count: number): Promise<Sample> {
  const { rig, supply, worker } = parts;
  const { goods, run } = await supply.stocked(form.goodsCount, count * form.lines);
  const orders = Array.from({ length: count }, (_, index) =>
    supply.orderOf(run, goods, index, form.lines),
  );
  const afterSeq = await lastSeq(rig.database);
  const { result, batches } = await withBatchCounts(rig, worker, () =>
    form.closedLoop
      ? timed(rig, worker, count, () => callInLoops(rig, CLOSED_LOOP_CALLERS, orders))
      : preloaded(parts, form, orders, afterSeq),
  );
  const books = await recount(rig.database, goods.first, goods.last);
  return { ...result, batches, books };
}

async function preloaded(
  { rig, worker }: SagaParts,
  { envelope }: Form,
  orders: readonly WantedOrder[],
  afterSeq: number,
): Promise<Sample> {
  const { redisUrl, queuePrefix } = rig.config;
  const queue = new HeldQueue(redisUrl, queuePrefix, 'order-placed');
  try {
    await queue.hold();
    const jobs: readonly object[] =
      envelope === 1 ? orders : inChunks(orders, envelope).map((some) => ({ orders: some }));
    for (const some of inChunks(jobs, ADDED_AT_ONCE)) await rig.queues.add('order-placed', some);
    return await timed(rig, worker, orders.length, async () => {
      await queue.letGo();
      await payUntilDone(rig, { orders: orders.length, afterSeq, envelope });
    });
  } finally {
    await queue.close();
  }
}
