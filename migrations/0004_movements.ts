import type { Knex } from 'knex';

/**
 * The ledger: every change of stock, in order, without gaps for each goods id. Rows are only ever
 * added. `leg` says which end of a hold a row is, and the unique key makes each end happen once:
 * one reserve opens a hold, one release or settle closes it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE movements (
      goods_id BIGINT UNSIGNED NOT NULL,
      version BIGINT UNSIGNED NOT NULL,
      kind ENUM('restock', 'reserve', 'release', 'settle', 'return') NOT NULL,
      quantity BIGINT NOT NULL,
      order_seq BIGINT UNSIGNED NULL,
      hold SMALLINT UNSIGNED NULL,
      leg ENUM('opens', 'closes', 'returns') NULL,
      fence BIGINT UNSIGNED NULL,
      at DATETIME(6) NOT NULL,
      PRIMARY KEY (goods_id, version),
      UNIQUE KEY movements_once (order_seq, hold, leg, goods_id),
      CONSTRAINT movements_quantity CHECK (quantity > 0 OR (kind = 'restock' AND quantity <> 0)),
      CONSTRAINT movements_leg CHECK (
        (kind = 'restock' AND order_seq IS NULL AND hold IS NULL AND leg IS NULL)
        OR (kind = 'reserve' AND order_seq IS NOT NULL AND hold IS NOT NULL AND leg = 'opens')
        OR (kind IN ('release', 'settle') AND order_seq IS NOT NULL AND hold IS NOT NULL
          AND leg = 'closes')
        OR (kind = 'return' AND order_seq IS NOT NULL AND hold IS NOT NULL AND leg = 'returns'))
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE movements');
}
