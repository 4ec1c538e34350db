import { recount } from './books-store.ts';
import type { WorkerChild } from './child-process.ts';
import type { Contender, Sample } from './contender.ts';
import type { DirectRun } from './direct-sql.ts';
import type { GoodsSupply } from './goods-supply.ts';
import { timed } from './measuring.ts';
import { lastSeq } from './progress-store.ts';
import type { Rig } from './rig.ts';

export interface DirectSqlParts {
  readonly rig: Rig;
  readonly supply: GoodsSupply;
  readonly worker: WorkerChild;
}

/** The floor that the database sets: the same rows, written as fast as they can be. */
export function directSqlContender(parts: DirectSqlParts): Contender {
  return { name: 'direct sql', size: 'directSql', measure: (count) => measure(parts, count) };
}

async function measure(parts: DirectSqlParts, orders: number): Promise<Sample> {
  const { rig, supply, worker } = parts;
  const { goods, run } = await supply.stocked(1, orders);
  const firstSeq = (await lastSeq(rig.database)) + 1;
  const wanted: DirectRun = { type: 'run', run, goodsId: goods.first, firstSeq, orders };
  const sample = await timed(rig, worker, orders, async () => {
    await worker.ask(wanted);
  });
  return { ...sample, books: await recount(rig.database, goods.first, goods.last) };
}
