import type { Knex } from 'knex';

/** Which units of its order a payment pays for; null for all of them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE payments ADD COLUMN `lines` JSON NULL');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE payments DROP COLUMN `lines`');
}
