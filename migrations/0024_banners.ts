import type { Knex } from 'knex';

/** Pictures that lead somewhere for a while: to goods that exist, or to a URL. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE banners (
      banner_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      image VARCHAR(500) NOT NULL,
      sort INT UNSIGNED NOT NULL,
      goods_id BIGINT UNSIGNED NULL,
      url VARCHAR(500) NULL,
      starts_at DATETIME(3) NULL,
      ends_at DATETIME(3) NULL,
      version BIGINT UNSIGNED NOT NULL DEFAULT 1,
      KEY banners_in_order (sort, banner_id),
      CONSTRAINT banners_to_goods FOREIGN KEY (goods_id) REFERENCES goods (goods_id),
      CONSTRAINT banners_lead_to_one CHECK ((goods_id IS NULL) <> (url IS NULL)),
      CONSTRAINT banners_end_after_start
        CHECK (starts_at IS NULL OR ends_at IS NULL OR starts_at < ends_at)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE banners');
}
