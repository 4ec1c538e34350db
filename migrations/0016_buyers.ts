import type { Knex } from 'knex';

/**
 * One row for each buyer that a limit was ever asked about: what is locked while their holds are
 * counted, so that two orders of one buyer are never let through side by side.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE buyers (
      buyer_id VARCHAR(64) NOT NULL PRIMARY KEY
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE buyers');
}
