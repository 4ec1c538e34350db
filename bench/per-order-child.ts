/**
 * A transaction for each order, as one would write it. With a lock of a Redlock package: take the
 * lock, read the row for update, write the ledger, write the row if nobody else has, commit.
 * Without: write the ledger, take the units if they are there, commit.
 */
import { createRequire } from 'node:module';
import { Redis } from 'ioredis';
import knexFactory, { type Knex } from 'knex';
import { percentilesOf } from './percentiles.ts';
import { createTables, type LockChoice, type PerOrderRun } from './per-order.ts';

interface Redlock {
  acquire(names: string[], ttlMs: number): Promise<{ release(): Promise<unknown> }>;
}

type RedlockClass = new (nodes: Redis[], settings: Readonly<Record<string, number>>) => Redlock;

const [databaseUrl = '', lockUrls = '', callers = ''] = process.argv.slice(2);
const TTL_MS = 10_000;

const knex = knexFactory({
  client: 'mysql2',
  connection: databaseUrl,
  pool: { min: 0, max: Number(callers) },
});
const nodes = lockUrls.split(',').map((url) => new Redis(url));

/** Neither package gives types that this module system finds. */
function redlockOf({ lockPackage: name, delayMs }: LockChoice): Redlock {
  const load = createRequire(import.meta.url);
  const found = load(name) as { default?: RedlockClass; Redlock?: RedlockClass };
  const Constructor = found.Redlock ?? found.default;
  if (!Constructor) throw new Error(`${name} exports no Redlock`);
  return new Constructor(nodes, {
    retryCount: 100_000,
    retryDelay: delayMs,
    retryJitter: delayMs,
  });
}

async function reserve(orderId: string, goodsId: number): Promise<void> {
  await knex.transaction(async (sql: Knex.Transaction) => {
    const row = await sql('per_order_stock').where({ goods_id: goodsId }).forUpdate().first();
    if (row.stock < 1) throw new Error(`goods ${goodsId} are sold out`);
    await sql('per_order_ledger').insert({ order_id: orderId, goods_id: goodsId, quantity: 1 });
    const matched = await sql('per_order_stock')
      .where({ goods_id: goodsId, version: row.version })
      .update({ stock: row.stock - 1, version: row.version + 1 });
    if (matched !== 1) throw new Error(`goods ${goodsId} changed under the lock`);
  });
}

/** The row of the ledger first: so the hot row is held for as short a time as can be. */
async function reserveUnlocked(orderId: string, goodsId: number): Promise<void> {
  await knex.transaction(async (sql: Knex.Transaction) => {
    await sql('per_order_ledger').insert({ order_id: orderId, goods_id: goodsId, quantity: 1 });
    const matched = await sql('per_order_stock')
      .where('goods_id', goodsId)
      .where('stock', '>=', 1)
      .decrement('stock', 1);
    if (matched !== 1) throw new Error(`goods ${goodsId} are sold out`);
  });
}

type Reserve = (orderId: string, goodsId: number) => Promise<void>;

function reserveUnder(choice: LockChoice): Reserve {
  const redlock = redlockOf(choice);
  return async (orderId, goodsId) => {
    const lock = await redlock.acquire([`per-order:${goodsId}`], TTL_MS);
    try {
      await reserve(orderId, goodsId);
    } finally {
      await lock.release();
    }
  };
}

async function run({ lock, goodsId, orders, forMs }: PerOrderRun) {
  const reserveOne = lock === null ? reserveUnlocked : reserveUnder(lock);
  const latencies: number[] = [];
  let next = 0;
  const start = performance.now();
  const call = async (): Promise<void> => {
    while (next < orders && performance.now() < start + forMs) {
      const orderId = `${goodsId}-${next}`;
      next += 1;
      const asked = performance.now();
      await reserveOne(orderId, goodsId);
      latencies.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: Number(callers) }, call));
  const seconds = (performance.now() - start) / 1000;
  return { done: latencies.length, seconds, ...percentilesOf(latencies) };
}

await createTables(knex);
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.on('message', (message: PerOrderRun) => {
  void (async () => {
    await knex('per_order_stock').insert({
      goods_id: message.goodsId,
      stock: message.orders,
      version: 0,
    });
    process.send?.({ type: 'run', ...(await run(message)) });
  })();
});
process.send?.({ type: 'ready' });
