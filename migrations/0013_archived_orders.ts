import type { Knex } from 'knex';

/**
 * How many steps of an order's history have been archived; null when it is all here. An archived
 * order keeps its row, its lines and its payments: they are what answers when it is spoken of
 * again, and what keeps its id from meaning something else.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE orders ADD COLUMN archived INT UNSIGNED NULL');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE orders DROP COLUMN archived');
}
