import type { Knex } from 'knex';

/**
 * What could not be done and never will be without a person: bad payloads, refusals that came by
 * queue, events the database refuses. The fingerprint makes a redelivery count, not multiply.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE dead_letters (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      fingerprint CHAR(64) NOT NULL,
      source VARCHAR(32) NOT NULL,
      code VARCHAR(32) NOT NULL,
      message VARCHAR(1000) NOT NULL,
      order_id VARCHAR(64) NULL,
      payload MEDIUMTEXT NOT NULL,
      times INT UNSIGNED NOT NULL DEFAULT 1,
      first_at DATETIME(6) NOT NULL,
      last_at DATETIME(6) NOT NULL,
      replayed_at DATETIME(6) NULL,
      UNIQUE KEY dead_letters_once (fingerprint),
      KEY dead_letters_by_order (order_id)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE dead_letters');
}
