/**
 * The rows that the saga writes, with no queue, no lock and nothing read: multi-row statements, a
 * whole transaction in each trip, over a few connections. As fast as the database lets anybody be.
 */
import type { Connection } from 'mysql2/promise';
import { present } from '../src/kernel/index.ts';
import { type DirectRun, HOLD_SECONDS } from './direct-sql.ts';
import {
  connectDirectly,
  type DirectBatch,
  lastVersion,
  payDirectly,
  reserveDirectly,
} from './direct-sql-store.ts';

/** As many as a transaction of the saga carries when there is much to do. */
const BATCH = 800;
const CONNECTIONS = 4;

const [databaseUrl = ''] = process.argv.slice(2);

async function run(lines: readonly Connection[], wanted: DirectRun): Promise<void> {
  const { run: name, goodsId, firstSeq, orders } = wanted;
  let version = await lastVersion(present(lines[0], 'a connection'), goodsId);
  let next = 0;
  /** Versions are given out here, so nobody has to wait for a balance to know the next. */
  const versionsFor = (count: number): number => {
    version += count;
    return version - count + 1;
  };
  const write = async (sql: Connection): Promise<void> => {
    while (next < orders) {
      const count = Math.min(BATCH, orders - next);
      const batch: DirectBatch = {
        run: name,
        goodsId,
        firstSeq: firstSeq + next,
        orders: count,
        holdSeconds: HOLD_SECONDS,
      };
      next += count;
      await reserveDirectly(sql, batch, versionsFor(count));
      await payDirectly(sql, batch, versionsFor(count));
    }
  };
  await Promise.all(lines.map(write));
}

const lines = await Promise.all(
  Array.from({ length: CONNECTIONS }, () => connectDirectly(databaseUrl)),
);
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.on('message', (message: DirectRun) => {
  void run(lines, message).then(() => process.send?.({ type: 'run' }));
});
process.send?.({ type: 'ready' });
