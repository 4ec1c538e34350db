import type { Knex } from 'knex';

/**
 * One row for each order, and what it is owed next: `due_at` is when somebody must look at it
 * again, or null when nothing is owed. `seq` is the order's place in line of arrival, and the
 * short name by which other tables know it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE orders (
      seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      order_id VARCHAR(64) NOT NULL,
      state ENUM('awaited', 'placed', 'reserved', 'rejected', 'paid', 'expired', 'cancelled',
        'returned') NOT NULL,
      version INT UNSIGNED NOT NULL,
      holds SMALLINT UNSIGNED NOT NULL DEFAULT 0,
      hold_seconds INT UNSIGNED NOT NULL,
      due_at DATETIME(6) NULL,
      expires_at DATETIME(6) NULL,
      reason VARCHAR(32) NULL,
      short JSON NULL,
      cancel_asked TINYINT UNSIGNED NOT NULL DEFAULT 0,
      early_payments SMALLINT UNSIGNED NOT NULL DEFAULT 0,
      attempts INT UNSIGNED NOT NULL DEFAULT 0,
      buyer_id VARCHAR(64) NULL,
      amount BIGINT UNSIGNED NULL,
      currency CHAR(3) NULL,
      metadata JSON NULL,
      placed_at DATETIME(6) NOT NULL,
      UNIQUE KEY orders_by_id (order_id),
      KEY orders_by_due (due_at),
      KEY orders_by_state (state)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE orders');
}
