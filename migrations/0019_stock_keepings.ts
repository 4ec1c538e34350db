import type { Knex } from 'knex';

/** Each change of how the stock of goods is kept: what was chosen, by whom and why. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE stock_keepings (
      goods_id BIGINT UNSIGNED NOT NULL,
      number INT UNSIGNED NOT NULL,
      safety BIGINT UNSIGNED NOT NULL,
      low_at BIGINT UNSIGNED NULL,
      back_at BIGINT UNSIGNED NULL,
      actor VARCHAR(64) NOT NULL,
      reason VARCHAR(200) NOT NULL,
      at DATETIME(6) NOT NULL,
      PRIMARY KEY (goods_id, number)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE stock_keepings');
}
