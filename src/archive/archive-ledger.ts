import { isoOf } from '../kernel/index.ts';
import type { Database, Sql } from '../mysql/index.ts';
import type { ArchiveRun } from './archive-report.ts';
import { carriedOver, type Opening } from './carry-forward.ts';
import {
  type ArchivedMovement,
  goodsWithOldLedger,
  lockOpening,
  movementsAfter,
  moveOpening,
  readOpening,
} from './carried-forward-store.ts';
import { untilDone } from './until-done.ts';

const GOODS_PAGE = 500;
const PAGE = 1000;

/** One ledger after the other, each from its beginning as far as it can go. */
export async function archiveLedger(database: Database, run: ArchiveRun): Promise<void> {
  for (let after = 0; ; ) {
    const page = { after, before: run.before, limit: GOODS_PAGE };
    const { goodsIds, last } = await goodsWithOldLedger(database, page);
    for (const goodsId of goodsIds) {
      await (run.dryRun
        ? countGoods(database, run, goodsId)
        : archiveGoods(database, run, goodsId));
    }
    if (last === null) return;
    after = last;
  }
}

async function countGoods(database: Database, run: ArchiveRun, goodsId: number): Promise<void> {
  let opening = await readOpening(database, goodsId);
  for (let taken = PAGE; taken === PAGE; ) {
    const next = await nextPart(database, run, opening);
    opening = next.opening;
    taken = next.taken.length;
    run.counts.movements += taken;
    run.told();
  }
}

async function archiveGoods(database: Database, run: ArchiveRun, goodsId: number): Promise<void> {
  for (let taken = PAGE; taken === PAGE; ) {
    taken = await untilDone(() =>
      database.transaction(async (sql) => {
        const from = await lockOpening(sql, goodsId);
        const next = await nextPart(sql, run, from);
        if (next.taken.length === 0) return 0;
        await run.keep(next.taken.map(recordOf));
        await moveOpening(sql, from, next.opening);
        return next.taken.length;
      }),
    );
    run.counts.movements += taken;
    run.told();
  }
}

async function nextPart(sql: Sql, { before }: ArchiveRun, opening: Opening) {
  const { goodsId, version } = opening.balance;
  const rows = await movementsAfter(sql, goodsId, { version, before, limit: PAGE });
  return carriedOver(opening, rows);
}

function recordOf({ isOld: _old, isThrough: _through, at, ...movement }: ArchivedMovement) {
  const { kind: move, ...facts } = movement;
  return { kind: 'movement' as const, ...facts, move, at: isoOf(at) };
}
