import type { Knex } from 'knex';

/** Which brands a category has; goods can only be of a pair that stands here. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE brand_categories (
      category_id BIGINT UNSIGNED NOT NULL,
      brand_id BIGINT UNSIGNED NOT NULL,
      PRIMARY KEY (category_id, brand_id),
      KEY brand_categories_by_brand (brand_id),
      CONSTRAINT brand_categories_brand FOREIGN KEY (brand_id) REFERENCES brands (brand_id),
      CONSTRAINT brand_categories_category
        FOREIGN KEY (category_id) REFERENCES categories (category_id)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE brand_categories');
}
