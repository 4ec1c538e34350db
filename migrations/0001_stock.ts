import type { Knex } from 'knex';

/**
 * One row for each goods id: where its units are. The constraints are the last barrier: whatever
 * the code above does, the database refuses books that do not add up.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE stock (
      goods_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
      available BIGINT NOT NULL DEFAULT 0,
      held BIGINT NOT NULL DEFAULT 0,
      sold BIGINT NOT NULL DEFAULT 0,
      received BIGINT NOT NULL DEFAULT 0,
      version BIGINT UNSIGNED NOT NULL DEFAULT 0,
      fence BIGINT UNSIGNED NOT NULL DEFAULT 0,
      CONSTRAINT stock_adds_up CHECK (available + held + sold = received),
      CONSTRAINT stock_available_not_negative CHECK (available >= 0),
      CONSTRAINT stock_held_not_negative CHECK (held >= 0),
      CONSTRAINT stock_sold_not_negative CHECK (sold >= 0),
      CONSTRAINT stock_received_bounded CHECK (received <= 1000000000000)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE stock');
}
