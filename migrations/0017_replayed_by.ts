import type { Knex } from 'knex';

/** Who sent a dead letter again the last time, and why. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE dead_letters
      ADD COLUMN replayed_by VARCHAR(64) NULL, ADD COLUMN replay_reason VARCHAR(200) NULL`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE dead_letters DROP COLUMN replayed_by, DROP COLUMN replay_reason`);
}
