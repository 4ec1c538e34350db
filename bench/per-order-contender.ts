import { present } from '../src/kernel/index.ts';
import { recountPerOrder } from './books-store.ts';
import type { Contender, Sample } from './contender.ts';
import { timed } from './measuring.ts';
import { LOCK_PACKAGES, type LockChoice, type PerOrderRun, RETRY_DELAYS_MS } from './per-order.ts';
import type { Rig } from './rig.ts';
import type { WorkerChild } from './child-process.ts';

export interface PerOrderParts {
  readonly rig: Rig;
  readonly worker: WorkerChild;
  readonly probeMs: number;
  readonly say: (line: string) => void;
}

interface PerOrderAnswer {
  readonly done: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
}

/** More orders than any probe gets through. */
const PLENTY = 1_000_000;

let goods = 0;

/** A lock and a transaction for each order, at its best: the better package at its best delay. */
export async function perOrderContender(parts: PerOrderParts): Promise<Contender> {
  const { probeMs } = parts;
  let best: LockChoice & { readonly rate: number } = {
    lockPackage: 'redlock',
    delayMs: 10,
    rate: 0,
  };
  for (const lockPackage of LOCK_PACKAGES) {
    for (const delayMs of RETRY_DELAYS_MS) {
      const { orders, seconds } = await measure(parts, { lockPackage, delayMs }, PLENTY, probeMs);
      const rate = orders / seconds;
      parts.say(`probing ${lockPackage}, retry delay ${delayMs} ms: ${rate.toFixed(0)} orders/s`);
      if (rate > best.rate) best = { lockPackage, delayMs, rate };
    }
  }
  return {
    name: `lock per order (${best.lockPackage}, ${best.delayMs} ms)`,
    size: 'perOrder',
    measure: (count) => measure(parts, best, count, Number.MAX_SAFE_INTEGER),
  };
}

/** No lock and no queue: the database decides each order by itself. */
export function conditionalUpdateContender(
  parts: Pick<PerOrderParts, 'rig' | 'worker'>,
): Contender {
  return {
    name: 'conditional update',
    size: 'conditional',
    measure: (count) => measure(parts, null, count, Number.MAX_SAFE_INTEGER),
  };
}

async function measure(
  { rig, worker }: Pick<PerOrderParts, 'rig' | 'worker'>,
  lock: LockChoice | null,
  orders: number,
  forMs: number,
): Promise<Sample> {
  goods += 1;
  const goodsId = goods;
  const run: PerOrderRun = { type: 'run', lock, goodsId, orders, forMs };
  let answer: PerOrderAnswer | undefined;
  const sample = await timed(rig, worker, orders, async () => {
    answer = (await worker.ask(run)) as unknown as PerOrderAnswer;
  });
  const { done, seconds, p50, p99 } = present(answer, 'the answer of the worker');
  const books = await recountPerOrder(rig.database, goodsId, orders);
  return { ...sample, orders: done, seconds, latencyMs: { p50, p99 }, books };
}
