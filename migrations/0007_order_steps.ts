import type { Knex } from 'knex';

/** The history of each order: every step it took, numbered without gaps from 1. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE order_steps (
      order_seq BIGINT UNSIGNED NOT NULL,
      step INT UNSIGNED NOT NULL,
      event VARCHAR(24) NOT NULL,
      from_state VARCHAR(12) NULL,
      to_state VARCHAR(12) NOT NULL,
      cause VARCHAR(24) NOT NULL,
      attempt INT UNSIGNED NOT NULL DEFAULT 1,
      detail JSON NULL,
      at DATETIME(6) NOT NULL,
      PRIMARY KEY (order_seq, step)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE order_steps');
}
