import type { Knex } from 'knex';

/** Who makes the goods that are sold here. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE brands (
      brand_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      name VARCHAR(200) NOT NULL,
      logo VARCHAR(500) NULL,
      version BIGINT UNSIGNED NOT NULL DEFAULT 1,
      UNIQUE KEY brands_by_name (name)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE brands');
}
