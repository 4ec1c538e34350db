import type { Knex } from 'knex';

/** Every payment that was ever told of, once, and what became of it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE payments (
      payment_id VARCHAR(64) NOT NULL PRIMARY KEY,
      order_seq BIGINT UNSIGNED NOT NULL,
      state ENUM('early', 'applied', 'refund-due', 'refunded') NOT NULL,
      reason VARCHAR(32) NULL,
      amount BIGINT UNSIGNED NULL,
      currency CHAR(3) NULL,
      paid_at DATETIME(6) NULL,
      at DATETIME(6) NOT NULL,
      KEY payments_by_order (order_seq),
      KEY payments_by_state (state)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE payments');
}
