import type { AppError } from '../../src/kernel/index.ts';
import { databaseError } from '../../src/mysql/sql-error.ts';

export type Cell = string | number | null;
export type StrictRow = Readonly<Record<string, Cell>>;
export type Table =
  | 'orders'
  | 'lines'
  | 'steps'
  | 'stock'
  | 'movements'
  | 'holds'
  | 'adjustments'
  | 'payments';

/** The answers of a server to what it does not do. */
export const refusal = (errno: number): AppError => databaseError({ errno });
const DEADLOCK = 1213;
const DUPLICATE = 1062;
const CONSTRAINT = 4025;

/** What has been committed, and who has locked which of it. */
export class StrictRows {
  readonly #committed = new Map<Table, Map<string, StrictRow>>();
  readonly #holders = new Map<string, RowTransaction>();
  readonly #waiting = new Map<RowTransaction, { key: string; wake: () => void }>();
  deadlocks = 0;

  all(table: Table): StrictRow[] {
    return [...(this.#committed.get(table)?.values() ?? [])];
  }

  get(table: Table, key: string): StrictRow | undefined {
    return this.#committed.get(table)?.get(key);
  }

  begin(): RowTransaction {
    return new RowTransaction(this);
  }

  /** Waits for whoever has it; two who wait for each other are one too many. */
  async lock(who: RowTransaction, key: string): Promise<void> {
    for (let holder = this.#holders.get(key); holder; holder = this.#holders.get(key)) {
      if (holder === who) return;
      if (this.#waitsFor(holder, who)) {
        this.deadlocks += 1;
        throw refusal(DEADLOCK);
      }
      await new Promise<void>((wake) => this.#waiting.set(who, { key, wake }));
    }
    this.#holders.set(key, who);
  }

  commit(writes: ReadonlyMap<Table, ReadonlyMap<string, StrictRow>>): void {
    for (const [table, rows] of writes) {
      const own = this.#committed.get(table) ?? new Map<string, StrictRow>();
      this.#committed.set(table, own);
      for (const [key, row] of rows) own.set(key, row);
    }
  }

  release(who: RowTransaction): void {
    for (const [key, holder] of this.#holders) if (holder === who) this.#holders.delete(key);
    for (const [waiter, { key, wake }] of this.#waiting) {
      if (this.#holders.has(key)) continue;
      this.#waiting.delete(waiter);
      wake();
    }
  }

  #waitsFor(one: RowTransaction | undefined, other: RowTransaction): boolean {
    if (one === other) return true;
    const waiting = one && this.#waiting.get(one);
    return waiting ? this.#waitsFor(this.#holders.get(waiting.key), other) : false;
  }
}

/** READ COMMITTED: reads see what is committed and what is its own; rows that it locks are its. */
export class RowTransaction {
  readonly #rows: StrictRows;
  readonly #writes = new Map<Table, Map<string, StrictRow>>();

  constructor(rows: StrictRows) {
    this.#rows = rows;
  }

  get(table: Table, key: string): StrictRow | undefined {
    return this.#writes.get(table)?.get(key) ?? this.#rows.get(table, key);
  }

  select(table: Table, wanted: (row: StrictRow) => boolean): StrictRow[] {
    const seen = this.#rows.all(table).filter((row) => !this.#has(table, row));
    return [...seen, ...(this.#writes.get(table)?.values() ?? [])].filter(wanted);
  }

  /** Locks a row that is there, and answers it as it is then. */
  async lock(table: Table, key: string): Promise<StrictRow | undefined> {
    if (this.get(table, key) === undefined) return undefined;
    await this.#rows.lock(this, `${table} ${key}`);
    return this.get(table, key);
  }

  async insert(table: Table, key: string, row: StrictRow): Promise<void> {
    await this.#rows.lock(this, `${table} ${key}`);
    if (this.get(table, key) !== undefined) throw refusal(DUPLICATE);
    this.#put(table, key, row);
  }

  async update(table: Table, key: string, changes: StrictRow): Promise<void> {
    const row = { ...(await this.lock(table, key)), ...changes };
    if (table === 'stock' && !addsUp(row)) throw refusal(CONSTRAINT);
    this.#put(table, key, row);
  }

  commit(): void {
    this.#rows.commit(this.#writes);
    this.end();
  }

  /** Without a commit nothing of it has been. */
  end(): void {
    this.#writes.clear();
    this.#rows.release(this);
  }

  #put(table: Table, key: string, row: StrictRow): void {
    const own = this.#writes.get(table) ?? new Map<string, StrictRow>();
    this.#writes.set(table, own);
    own.set(key, { ...row, key });
  }

  #has(table: Table, { key }: StrictRow): boolean {
    return this.#writes.get(table)?.has(String(key)) ?? false;
  }
}

function addsUp(row: StrictRow): boolean {
  const [available, held, sold] = [row['available'], row['held'], row['sold']].map(Number);
  if (available === undefined || held === undefined || sold === undefined) return false;
  const isWhole = available + held + sold === Number(row['received']);
  return isWhole && available >= 0 && held >= 0 && sold >= 0;
}
