import type { Knex } from 'knex';

/** What people did to the running shop, by which door, and why; nothing else ever reads it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE acts (
      seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      act_key CHAR(32) NOT NULL,
      act VARCHAR(24) NOT NULL,
      subject VARCHAR(72) NOT NULL,
      actor VARCHAR(64) NOT NULL,
      reason VARCHAR(200) NOT NULL,
      result VARCHAR(200) NULL,
      at DATETIME(6) NOT NULL,
      UNIQUE KEY acts_once (act_key),
      KEY acts_by_subject (subject)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE acts');
}
