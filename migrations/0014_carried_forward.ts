import type { Knex } from 'knex';

/**
 * Where the ledger of each goods id begins when its oldest movements have been archived: what they
 * summed to, up to and with this version. Goods without a row have their whole ledger.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE carried_forward (
      goods_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
      version BIGINT UNSIGNED NOT NULL,
      available BIGINT NOT NULL,
      held BIGINT NOT NULL,
      sold BIGINT NOT NULL,
      received BIGINT NOT NULL,
      returned BIGINT NOT NULL,
      fence BIGINT UNSIGNED NOT NULL,
      at DATETIME(6) NOT NULL,
      CONSTRAINT carried_adds_up CHECK (available + held + sold = received),
      CONSTRAINT carried_not_negative CHECK (available >= 0 AND held >= 0 AND sold >= 0)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE carried_forward');
}
