import type { Knex } from 'knex';

/**
 * How the stock of goods is kept: units that orders never reserve, and the lines at which others
 * are told that it runs low and that it is back. `side` is the side of these lines that was told
 * last. `keeping` counts the changes, so that what was decided under old ones is never written.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE stock
      ADD COLUMN safety BIGINT UNSIGNED NOT NULL DEFAULT 0,
      ADD COLUMN low_at BIGINT UNSIGNED NULL,
      ADD COLUMN back_at BIGINT UNSIGNED NULL,
      ADD COLUMN side ENUM('fine', 'low', 'out') NOT NULL DEFAULT 'fine',
      ADD COLUMN keeping INT UNSIGNED NOT NULL DEFAULT 0,
      ADD CONSTRAINT stock_thresholds_both CHECK ((low_at IS NULL) = (back_at IS NULL)),
      ADD CONSTRAINT stock_thresholds_apart CHECK (low_at IS NULL OR back_at > low_at)`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE stock
      DROP CONSTRAINT stock_thresholds_both, DROP CONSTRAINT stock_thresholds_apart,
      DROP COLUMN safety, DROP COLUMN low_at, DROP COLUMN back_at, DROP COLUMN side,
      DROP COLUMN keeping`);
}
