import type { Knex } from 'knex';

export type LockPackage = 'redlock' | '@sesamecare-oss/redlock';

export const LOCK_PACKAGES: readonly LockPackage[] = ['redlock', '@sesamecare-oss/redlock'];
export const RETRY_DELAYS_MS: readonly number[] = [1, 10, 50];

export interface LockChoice {
  readonly lockPackage: LockPackage;
  readonly delayMs: number;
}

/** What the driver asks of the child that carries out a transaction for each order. */
export interface PerOrderRun {
  readonly type: 'run';
  /** Null: no lock, one conditional UPDATE decides. */
  readonly lock: LockChoice | null;
  readonly goodsId: number;
  readonly orders: number;
  /** No order is begun after this time. */
  readonly forMs: number;
}

export async function createTables(knex: Knex): Promise<void> {
  await knex.schema.createTable('per_order_stock', (table) => {
    table.bigInteger('goods_id').unsigned().primary();
    table.integer('stock').notNullable();
    table.integer('version').notNullable();
  });
  await knex.schema.createTable('per_order_ledger', (table) => {
    table.bigIncrements('id');
    table.string('order_id', 64).notNullable();
    table.bigInteger('goods_id').unsigned().notNullable();
    table.integer('quantity').notNullable();
    table.unique(['order_id', 'goods_id']);
  });
}
