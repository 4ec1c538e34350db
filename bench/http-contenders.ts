import { AppError, present } from '../src/kernel/index.ts';
import { recount } from './books-store.ts';
import type { WorkerChild } from './child-process.ts';
import { type Contender, perSecond, type Sample } from './contender.ts';
import type { GoodsSupply } from './goods-supply.ts';
import type { HttpLoad, LoadAnswer } from './http-load.ts';
import { BATCH, BATCH_CONNECTIONS, CONNECTIONS, type HttpSize } from './http-sizes.ts';
import { timed, withBatchCounts } from './measuring.ts';
import { lastSeq, reservedSince } from './progress-store.ts';
import type { Rig } from './rig.ts';

export interface HttpBenchParts {
  readonly rig: Rig;
  readonly supply: GoodsSupply;
  readonly api: WorkerChild;
  readonly load: WorkerChild;
  readonly url: string;
  readonly token: string;
}

interface Form {
  readonly path: string;
  /** What every answer must be, since there is a unit for each order. */
  readonly status: string;
  readonly ordersInEach: number;
  readonly connections: number;
  readonly perSecond: number | null;
}

const WAITED: Form = {
  path: '/v1/orders?wait=5s',
  status: '201',
  ordersInEach: 1,
  connections: CONNECTIONS,
  perSecond: null,
};
const BATCHES: Form = {
  path: '/v1/orders/batch?wait=5s',
  status: '207',
  ordersInEach: BATCH,
  connections: BATCH_CONNECTIONS,
  perSecond: null,
};

/** Orders over HTTP that want one hot goods id, each answered when it is reserved. */
export function httpContenders(parts: HttpBenchParts): Contender<HttpSize>[] {
  let full = 0;
  return [
    {
      name: 'http waited',
      size: 'waited',
      measure: async (count) => {
        const sample = await measure(parts, WAITED, count);
        full = perSecond(sample);
        return sample;
      },
    },
    { name: 'http batches', size: 'batched', measure: (count) => measure(parts, BATCHES, count) },
    {
      name: 'http half load',
      size: 'halfLoad',
      // Half of what the last full load came to; of a guess when that was not asked for.
      measure: (count) => measure(parts, { ...WAITED, perSecond: (full || 1000) / 2 }, count),
    },
  ];
}

async function measure(parts: HttpBenchParts, form: Form, count: number): Promise<Sample> {
  const { rig, supply, api, load, url, token } = parts;
  const { path, ordersInEach, connections, perSecond: pace } = form;
  const requests = Math.ceil(count / ordersInEach);
  // The paced callers share their requests evenly and round up; nobody shall be refused for that.
  const { goods, run } = await supply.stocked(1, requests * ordersInEach + CONNECTIONS);
  const afterSeq = await lastSeq(rig.database);
  const wanted: HttpLoad = {
    type: 'load',
    url: url + path,
    token,
    run,
    goodsId: goods.first,
    requests,
    ordersInEach,
    connections,
    perSecond: pace,
  };
  let heard: LoadAnswer | undefined;
  const { result, batches } = await withBatchCounts(rig, api, () =>
    timed(
      rig,
      api,
      count,
      async () => {
        heard = (await load.ask(wanted)) as unknown as LoadAnswer;
      },
      [load],
    ),
  );
  const answer = present(heard, 'the answer of the callers');
  const orders = assertAnswers(answer, form) * ordersInEach;
  const reserved = await reservedSince(rig.database, afterSeq);
  if (reserved !== orders) throw unexpected(`${orders} orders were reserved, found ${reserved}`);
  const books = await recount(rig.database, goods.first, goods.last);
  const latencyMs = { p50: answer.p50, p99: answer.p99 };
  return { ...result, orders, seconds: answer.seconds, latencyMs, batches, books };
}

/** Answers how many there were. A fast refusal is no order: then there is nothing to measure. */
function assertAnswers({ statuses, errors }: LoadAnswer, { status }: Form): number {
  const others = Object.keys(statuses).filter((one) => one !== status);
  if (errors > 0 || others.length > 0) {
    throw unexpected(`answers ${status}, found ${JSON.stringify(statuses)}, ${errors} errors`);
  }
  return statuses[status] ?? 0;
}

function unexpected(text: string): AppError {
  return new AppError('bench-unexpected', `expected were ${text}`);
}
