import type { Knex } from 'knex';

/**
 * A tree. `path` names the way from the root, itself included: `1.5.17.`, so that a subtree is one
 * range of an index. Under NULL a unique key lets everything in, hence `parent_key`.
 *
 * `category_tree` has one row, which whoever changes the shape of the tree locks first: two moves
 * that are each in order could else make a ring together. Its version says which tree was seen.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE categories (
      category_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      parent_id BIGINT UNSIGNED NULL,
      parent_key BIGINT UNSIGNED AS (COALESCE(parent_id, 0)) VIRTUAL,
      level TINYINT UNSIGNED NOT NULL,
      name VARCHAR(200) NOT NULL,
      path VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      version BIGINT UNSIGNED NOT NULL DEFAULT 1,
      UNIQUE KEY categories_by_name (parent_key, name),
      KEY categories_by_path (path),
      CONSTRAINT categories_under FOREIGN KEY (parent_id) REFERENCES categories (category_id),
      CONSTRAINT categories_bounded CHECK (level BETWEEN 1 AND 8)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
  await knex.raw(`
    CREATE TABLE category_tree (
      id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
      version BIGINT UNSIGNED NOT NULL
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
  await knex.raw('INSERT INTO category_tree (id, version) VALUES (1, 1)');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE category_tree');
  await knex.raw('DROP TABLE categories');
}
