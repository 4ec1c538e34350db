import type { Knex } from 'knex';

/**
 * What others shall be told, written with what it tells of. `due_at` is when somebody must look at
 * a notice next: to try it, to try it again (while it is being tried, so that a deliverer that died
 * does not keep it), or, once it is delivered, to forget it. `behind` takes a notice that waits for
 * an earlier one of its subject out of the way of those that look for what is due.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE notices (
      seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      kind VARCHAR(24) NOT NULL,
      subject VARCHAR(72) NOT NULL,
      body TEXT NOT NULL,
      state VARCHAR(12) NOT NULL DEFAULT 'waiting',
      behind TINYINT NOT NULL DEFAULT 0,
      attempts INT UNSIGNED NOT NULL DEFAULT 0,
      failures INT UNSIGNED NOT NULL DEFAULT 0,
      at DATETIME(6) NOT NULL,
      due_at DATETIME(6) NULL,
      give_up_at DATETIME(6) NOT NULL,
      delivered_at DATETIME(6) NULL,
      last_status SMALLINT UNSIGNED NULL,
      last_error VARCHAR(200) NULL,
      KEY notices_due (state, behind, due_at),
      KEY notices_by_subject (subject, state)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
  await knex.raw(`
    CREATE TABLE notice_attempts (
      notice BIGINT UNSIGNED NOT NULL,
      number INT UNSIGNED NOT NULL,
      at DATETIME(6) NOT NULL,
      status SMALLINT UNSIGNED NULL,
      error VARCHAR(200) NULL,
      ms INT UNSIGNED NOT NULL,
      PRIMARY KEY (notice, number)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE notice_attempts');
  await knex.raw('DROP TABLE notices');
}
