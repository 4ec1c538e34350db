import type { Knex } from 'knex';

/**
 * A set that finds nothing to change moves nothing, and yet must not happen later under the same
 * key: its adjustment names no movement.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE adjustments MODIFY version BIGINT UNSIGNED NULL');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DELETE FROM adjustments WHERE version IS NULL');
  await knex.raw('ALTER TABLE adjustments MODIFY version BIGINT UNSIGNED NOT NULL');
}
