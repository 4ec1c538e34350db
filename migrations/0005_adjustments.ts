import type { Knex } from 'knex';

/** Why a restock happened, and the key under which it can happen only once. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE adjustments (
      idempotency_key VARCHAR(64) NOT NULL PRIMARY KEY,
      goods_id BIGINT UNSIGNED NOT NULL,
      delta BIGINT NOT NULL,
      reason VARCHAR(200) NOT NULL,
      version BIGINT UNSIGNED NOT NULL,
      at DATETIME(6) NOT NULL,
      UNIQUE KEY adjustments_by_movement (goods_id, version)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE adjustments');
}
