import { messageOf, pause } from '../../src/kernel/index.ts';
import { type Database, openDatabase, type Sql } from '../../src/mysql/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';

/** Foreign hands in the database of a seed. They lose against the system, or it against them. */
export class DatabaseFoes {
  readonly #database: Database;
  readonly #note: (what: string) => void;

  constructor(url: string, note: (what: string) => void) {
    this.#database = openDatabase({ url, logger: silentLogger, poolSize: 6 });
    this.#note = note;
  }

  async prepare(): Promise<void> {
    await this.#database.write(
      'CREATE TABLE foes (id INT AUTO_INCREMENT PRIMARY KEY, note CHAR(9))',
    );
  }

  /** Sits on the last rows of stock, heavy enough to be spared, and then wants the first. */
  async deadlock(forMs: number): Promise<void> {
    await this.#against(async (sql) => {
      const rows = Array.from({ length: 300 }, () => ['heavy']);
      await sql.write('INSERT INTO foes (note) VALUES ?', [rows]);
      await sql.rows('SELECT * FROM stock WHERE goods_id BETWEEN 4 AND 9 FOR UPDATE');
      await pause(Math.min(forMs, 500));
      await sql.rows('SELECT * FROM stock WHERE goods_id BETWEEN 1 AND 3 FOR UPDATE');
    });
  }

  async sitOnRow(goodsId: number, forMs: number): Promise<void> {
    await this.#against(async (sql) => {
      await sql.rows('SELECT * FROM stock WHERE goods_id = ? FOR UPDATE', [goodsId]);
      await pause(forMs);
    });
  }

  /** Those in the middle of a transaction; answers how many. */
  async killSessions(): Promise<number> {
    const rows = await this.#database.rows<{ id: number }>(
      `SELECT t.trx_mysql_thread_id AS id FROM information_schema.innodb_trx t
       JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
       WHERE p.db = DATABASE() AND p.id <> CONNECTION_ID() LIMIT 3`,
    );
    for (const { id } of rows) {
      // It may be gone by itself by now.
      await this.#database.write('KILL CONNECTION ?', [id]).catch(() => undefined);
    }
    return rows.length;
  }

  /** Since the database was started last. */
  async deadlocks(): Promise<number> {
    const [row] = await this.#database.rows<{ Value: string }>(
      "SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'",
    );
    return Number(row?.Value ?? 0);
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  async #against(work: (sql: Sql) => Promise<void>): Promise<void> {
    try {
      await this.#database.transaction(work);
    } catch (error) {
      this.#note(`a foreign transaction failed: ${messageOf(error)}`);
    }
  }
}
