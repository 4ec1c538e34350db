import type { Database, Sql, SqlValue } from '../../src/mysql/index.ts';
import { type RowTransaction, refusal, StrictRows } from './strict-rows.ts';
import { type Asked, carryOut, momentOf } from './strict-statements.ts';

/**
 * What befalls a transaction:
 * - conflict: the server gives it up in the middle, as it does with a deadlock
 * - lost: the line breaks in the middle
 * - commit-lost, commit-kept: the line breaks at its COMMIT, which nobody hears of; was it done?
 */
export type Mishap = 'none' | 'conflict' | 'lost' | 'commit-lost' | 'commit-kept';

const DEADLOCK = 1213;
const GONE = 2013;
const START = Date.UTC(2026, 10, 20, 12);

/** A database in memory that gives nothing away: rows are locked, and every step may come later. */
export class StrictDatabase implements Database {
  readonly store = new StrictRows();
  readonly befell: Record<Mishap, number> = {
    none: 0,
    conflict: 0,
    lost: 0,
    'commit-lost': 0,
    'commit-kept': 0,
  };
  /** Dead letters that somebody wanted to write. */
  letters: string[] = [];
  readonly #turn: (what: string) => Promise<void>;
  readonly #mishaps: Mishap[];
  #millis = START;
  #seq = 0;

  /** `turn` ends when it is this step's turn. */
  constructor(turn: (what: string) => Promise<void>, mishaps: readonly Mishap[]) {
    this.#turn = turn;
    this.#mishaps = [...mishaps];
  }

  get now(): string {
    return momentOf(this.#millis);
  }

  letTimePass(seconds: number): void {
    this.#millis += seconds * 1000;
  }

  /** From now on nothing goes wrong. */
  calm(): void {
    this.#mishaps.length = 0;
  }

  async rows<Row>(text: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    return await this.#alone((sql) => sql.rows<Row>(text, values));
  }

  async write(text: string, values: readonly SqlValue[] = []): Promise<number> {
    if (/^\s*INSERT INTO dead_letters/.test(text)) return this.letters.push(values.join(' '));
    return await this.#alone((sql) => sql.write(text, values));
  }

  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const mishap = this.#mishaps.shift() ?? 'none';
    this.befell[mishap] += 1;
    return await this.#inOne(work, mishap);
  }

  snapshot<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#alone(work);
  }

  pool() {
    return { used: 0, free: 1, waiting: 0 };
  }

  async close(): Promise<void> {}

  async #alone<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return await this.#inOne(work, 'none');
  }

  async #inOne<T>(work: (sql: Sql) => Promise<T>, mishap: Mishap): Promise<T> {
    const rows = this.store.begin();
    try {
      const result = await work(this.#sqlIn(rows, mishap));
      await this.#turn('commit');
      if (mishap === 'commit-lost') throw refusal(GONE);
      rows.commit();
      if (mishap === 'commit-kept') throw refusal(GONE);
      return result;
    } finally {
      rows.end();
    }
  }

  /** One statement after the other, in the order in which they were asked; none after a failure. */
  #sqlIn(rows: RowTransaction, mishap: Mishap): Sql {
    let before: Promise<unknown> = Promise.resolve();
    let sent = 0;
    const session = { lastInsert: 0 };
    const send = async (text: string, values: readonly SqlValue[]): Promise<unknown> => {
      sent += 1;
      // The third reads or writes something, whatever the transaction is about.
      const failure = sent === 3 ? FAILURES[mishap] : undefined;
      const asked: Asked = { text, values, rows, session, now: this.#tick, nextSeq: this.#next };
      const own = before.then(async () => {
        await this.#turn(text.slice(0, 40));
        if (failure !== undefined) throw refusal(failure);
        return await carryOut(asked);
      });
      before = own;
      return await own;
    };
    return {
      rows: async <Row>(text: string, values: readonly SqlValue[] = []) =>
        (await send(text, values)) as Row[],
      write: async (text, values = []) =>
        ((await send(text, values)) as { affectedRows: number }).affectedRows,
    };
  }

  readonly #tick = (): string => {
    this.#millis += 1;
    return this.now;
  };

  readonly #next = (): number => {
    this.#seq += 1;
    return this.#seq;
  };
}

const FAILURES: Partial<Record<Mishap, number>> = { conflict: DEADLOCK, lost: GONE };
