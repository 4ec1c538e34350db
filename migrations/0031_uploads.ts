import type { Knex } from 'knex';

/**
 * One row for each ticket to upload a picture. `due_at` is when the sweep must look at it next:
 * whether something has come that nobody told of, or to clear away what came after the end.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE uploads (
      ticket_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
      secret_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      purpose VARCHAR(16) NOT NULL,
      content_type VARCHAR(32) NOT NULL,
      size INT UNSIGNED NOT NULL,
      state VARCHAR(12) NOT NULL DEFAULT 'waiting',
      created_at DATETIME(6) NOT NULL,
      expires_at DATETIME(6) NOT NULL,
      due_at DATETIME(6) NULL,
      finished_at DATETIME(6) NULL,
      etag VARCHAR(128) NULL,
      url VARCHAR(500) NULL,
      bytes INT UNSIGNED NULL,
      width INT UNSIGNED NULL,
      height INT UNSIGNED NULL,
      code VARCHAR(40) NULL,
      why VARCHAR(200) NULL,
      KEY uploads_due (due_at),
      CONSTRAINT uploads_ready_shown CHECK ((state = 'ready') = (url IS NOT NULL)),
      CONSTRAINT uploads_refused_why CHECK ((state = 'refused') = (code IS NOT NULL))
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE uploads');
}
