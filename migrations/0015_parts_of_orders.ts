import type { Knex } from 'knex';

/**
 * Parts of an order may leave it before it is paid, and come back after. What was asked for stays
 * as it was asked; each line counts what of it was cancelled and what came back. A movement of a
 * part carries the step of the order that it belongs to, so that each end of a hold still happens
 * once: whole, or once for each part. `part_requests` keeps what was asked for under which id.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE order_lines
      ADD COLUMN cancelled INT UNSIGNED NOT NULL DEFAULT 0,
      ADD COLUMN returned INT UNSIGNED NOT NULL DEFAULT 0,
      ADD CONSTRAINT order_lines_parts CHECK (cancelled + returned <= quantity)`);
  await knex.raw(`
    ALTER TABLE movements
      ADD COLUMN part INT UNSIGNED NOT NULL DEFAULT 0,
      DROP KEY movements_once,
      ADD UNIQUE KEY movements_once (order_seq, hold, leg, goods_id, part)`);
  await knex.raw(`
    CREATE TABLE part_requests (
      order_seq BIGINT UNSIGNED NOT NULL,
      verb ENUM('cancel', 'return') NOT NULL,
      request_id VARCHAR(64) NOT NULL,
      parts JSON NOT NULL,
      at DATETIME(6) NOT NULL,
      PRIMARY KEY (order_seq, verb, request_id)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE part_requests');
  await knex.raw(`
    ALTER TABLE movements
      DROP COLUMN part,
      DROP KEY movements_once,
      ADD UNIQUE KEY movements_once (order_seq, hold, leg, goods_id)`);
  await knex.raw(`
    ALTER TABLE order_lines
      DROP CONSTRAINT order_lines_parts, DROP COLUMN cancelled, DROP COLUMN returned`);
}
