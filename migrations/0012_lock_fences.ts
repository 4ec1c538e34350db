import type { Knex } from 'knex';

/** The last number given out for each name, so that the next holder's is higher. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE lock_fences (
      name VARCHAR(64) NOT NULL PRIMARY KEY,
      fence BIGINT UNSIGNED NOT NULL
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE lock_fences');
}
