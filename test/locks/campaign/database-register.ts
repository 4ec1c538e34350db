import type { Database } from '../../../src/mysql/index.ts';
import type { OpenRegister, Register, RegisterReply, RegisterRequest } from './fenced-register.ts';
import type { Written } from './lock-history.ts';

const TABLE = 'campaign_cells';
const MAKE = `CREATE TABLE IF NOT EXISTS ${TABLE} (run INT NOT NULL, name VARCHAR(64) NOT NULL,
  fence BIGINT UNSIGNED NOT NULL, value INT NOT NULL, turn INT NOT NULL,
  PRIMARY KEY (run, name)) ENGINE = InnoDB`;
const SHOW = `INSERT INTO ${TABLE} VALUES (?, ?, ?, 0, 0)
  ON DUPLICATE KEY UPDATE fence = GREATEST(fence, VALUES(fence))`;
/** The whole guard: the row that is changed is the row that refuses. */
const WRITE = `UPDATE ${TABLE} SET value = ?, fence = ?, turn = turn + 1
  WHERE run = ? AND name = ? AND fence <= ?`;
const READ = `SELECT CAST(fence AS CHAR) AS fence, value, turn FROM ${TABLE}
  WHERE run = ? AND name = ?`;

interface Cell {
  readonly fence: string;
  readonly value: number;
  readonly turn: number;
}

/** The register as a user keeps it: a row with a fence, and the fence in the condition. */
class DatabaseRegister implements Register {
  readonly #database: Database;
  readonly #run: number;
  readonly #writes: { readonly turn: number; readonly written: Written }[] = [];

  constructor(database: Database, run: number) {
    this.#database = database;
    this.#run = run;
  }

  /** As the row counted them: answers may come in another order than their commits. */
  get writes(): readonly Written[] {
    return this.#writes.toSorted((a, b) => a.turn - b.turn).map(({ written }) => written);
  }

  async serve(contender: number, request: RegisterRequest): Promise<RegisterReply> {
    const { what, id, hold, name, fence, base, checkedAt } = request;
    const place = [this.#run, name];
    if (what === 'open') {
      await this.#database.write(SHOW, [...place, fence]);
      const [cell] = await this.#database.rows<Cell>(READ, place);
      const isNewest = Number(cell?.fence) === fence;
      return { kind: 'reply', id, accepted: isNewest, value: cell?.value ?? 0 };
    }
    const [accepted, turn] = await this.#database.transaction(async (sql) => {
      const matched = await sql.write(WRITE, [base + 1, fence, ...place, fence]);
      const [cell] = await sql.rows<Cell>(READ, place);
      return [matched === 1, cell?.turn ?? 0] as const;
    });
    const facts = { contender, hold, name, fence, base, accepted, checkedAt };
    this.#writes.push({ turn, written: { kind: 'written', ...facts } });
    return { kind: 'reply', id, accepted, value: base + 1 };
  }

  async close(): Promise<void> {
    await this.#database.write(`DELETE FROM ${TABLE} WHERE run = ?`, [this.#run]);
  }
}

export async function registersIn(database: Database): Promise<OpenRegister> {
  await database.write(MAKE);
  let run = 0;
  return async () => {
    run += 1;
    return new DatabaseRegister(database, run);
  };
}
