import { present } from '../kernel/index.ts';
import type { Database } from '../mysql/index.ts';
import { readOrder } from '../saga/index.ts';
import type { ArchiveRun } from './archive-report.ts';
import {
  countSteps,
  type LookedAt,
  lockIdle,
  ordersWithHistory,
  removeHistory,
} from './finished-orders-store.ts';
import { untilDone } from './until-done.ts';

const PAGE = 200;

/** Page by page, in order of arrival, up to the first page on which all orders are younger. */
export async function archiveOrders(database: Database, run: ArchiveRun): Promise<void> {
  const { before, counts } = run;
  for (let after = 0; ; ) {
    const page = await ordersWithHistory(database, { after, before, limit: PAGE });
    const last = page.at(-1);
    if (!last || page.every(({ isYoung }) => isYoung === 1)) return;
    const finished = page.filter(({ isFinished }) => isFinished === 1);
    if (run.dryRun) {
      counts.orders += finished.length;
      counts.steps += await countSteps(
        database,
        finished.map(({ seq }) => seq),
      );
    } else if (finished.length > 0) await archivePage(database, run, finished);
    run.told();
    after = last.seq;
  }
}

async function archivePage(
  database: Database,
  run: ArchiveRun,
  finished: readonly LookedAt[],
): Promise<void> {
  const { counts } = run;
  const { orders, steps } = await untilDone(() =>
    database.transaction(async (sql) => {
      const locked = await lockIdle(
        sql,
        finished.map(({ orderId }) => orderId),
      );
      // Whatever has happened to one since it was looked at has added a step.
      const seen = new Map(finished.map((order) => [order.seq, order]));
      const idle = locked.flatMap(({ seq, version }) => {
        const order = seen.get(seq);
        return order?.version === version ? [order] : [];
      });
      if (idle.length === 0) return { orders: 0, steps: 0 };
      const views = await Promise.all(idle.map(({ orderId }) => readOrder(sql, orderId)));
      await run.keep(views.map((view) => ({ kind: 'order', ...present(view, 'a locked order') })));
      const seqs = idle.map(({ seq }) => seq).toSorted((one, other) => one - other);
      return { orders: idle.length, steps: await removeHistory(sql, seqs) };
    }),
  );
  counts.orders += orders;
  counts.steps += steps;
  counts.skipped += finished.length - orders;
}
