import type { Knex } from 'knex';

/**
 * What is sold, under the ids that its stock has. `terms` are the words of the name as a search
 * looks for them (src/catalogue/search-terms.ts): the full-text index of the database itself finds
 * no word inside of a run of Chinese.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE goods (
      goods_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
      goods_sn VARCHAR(64) NOT NULL,
      name VARCHAR(200) NOT NULL,
      brand_id BIGINT UNSIGNED NOT NULL,
      category_id BIGINT UNSIGNED NOT NULL,
      shop_price BIGINT UNSIGNED NOT NULL,
      currency CHAR(3) NOT NULL,
      status ENUM('on-sale', 'off-sale') NOT NULL,
      version BIGINT UNSIGNED NOT NULL DEFAULT 1,
      terms TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      UNIQUE KEY goods_by_sn (goods_sn),
      KEY goods_by_category (category_id, brand_id),
      KEY goods_by_brand (brand_id),
      KEY goods_in_category (category_id, goods_id),
      FULLTEXT KEY goods_by_terms (terms),
      CONSTRAINT goods_of_a_pair
        FOREIGN KEY (category_id, brand_id) REFERENCES brand_categories (category_id, brand_id),
      CONSTRAINT goods_price_bounded CHECK (shop_price <= 9007199254740991)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE goods');
}
