import type { Knex } from 'knex';

/** What an idempotency key was first used for, so that it cannot come to mean something else. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE idempotency_keys (
      idempotency_key VARCHAR(64) NOT NULL PRIMARY KEY,
      content BINARY(32) NOT NULL,
      at DATETIME(6) NOT NULL,
      KEY idempotency_keys_by_age (at)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE idempotency_keys');
}
