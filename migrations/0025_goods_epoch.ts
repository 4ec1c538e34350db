import type { Knex } from 'knex';

/**
 * Raised, in the same transaction, by whoever changes goods and cannot tell the cache of it: what
 * was kept under an older epoch is not believed any more.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE goods_epoch (
      id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
      epoch BIGINT UNSIGNED NOT NULL
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
  await knex.raw('INSERT INTO goods_epoch (id, epoch) VALUES (1, 1)');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE goods_epoch');
}
