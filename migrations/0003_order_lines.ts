import type { Knex } from 'knex';

/** What an order wants, one row for each goods id; never changed once written. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE order_lines (
      order_seq BIGINT UNSIGNED NOT NULL,
      goods_id BIGINT UNSIGNED NOT NULL,
      quantity INT UNSIGNED NOT NULL,
      PRIMARY KEY (order_seq, goods_id),
      KEY order_lines_by_goods (goods_id, order_seq),
      CONSTRAINT order_lines_quantity CHECK (quantity > 0)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE order_lines');
}
