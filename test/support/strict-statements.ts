import { databaseTimeOf, secondsAfter } from '../../src/kernel/index.ts';
import type { SqlValue } from '../../src/mysql/index.ts';
import type { Cell, RowTransaction, StrictRow, Table } from './strict-rows.ts';

export interface Asked {
  readonly text: string;
  readonly values: readonly SqlValue[];
  readonly rows: RowTransaction;
  /** The clock of the database, which belongs to nobody else. */
  readonly now: () => string;
  /** The next number of an order. */
  readonly nextSeq: () => number;
  /** What LAST_INSERT_ID answers in this transaction. */
  readonly session: { lastInsert: number };
}

type Answer = Promise<readonly object[] | { readonly affectedRows: number }>;
type Statement = readonly [pattern: RegExp, carryOut: (asked: Asked) => Answer];

const list = (value: SqlValue | undefined) => value as readonly Cell[];
const lists = (value: SqlValue | undefined) => value as unknown as readonly (readonly Cell[])[];
const written = (affectedRows: number) => ({ affectedRows });
const isLocking = (text: string) => text.endsWith('FOR UPDATE');

/** The few statements that the saga has, as a server carries them out. */
const STATEMENTS: readonly Statement[] = [
  [/^SELECT t\.now, o\.seq/, readOrders],
  [/^SELECT goods_id, available.* FROM stock FORCE INDEX/, readStock],
  [/^SELECT p\.payment_id.*WHERE p\.payment_id IN/, (asked) => readPayments(asked, 'payment_id')],
  [/^SELECT p\.payment_id.*WHERE p\.order_seq IN/, (asked) => readPayments(asked, 'order_seq')],
  [/^SELECT idempotency_key/, readAdjustments],
  [/^SELECT LAST_INSERT_ID/, lastInsert],
  [/^SELECT seq, order_id FROM orders/, numbersOf],
  [/^SELECT order_id FROM orders FORCE INDEX \(orders_by_due\)/, dueOrders],
  [/^INSERT INTO stock/, insertStock],
  [/^INSERT INTO orders/, insertOrders],
  [/^INSERT INTO order_lines/, (asked) => insertAll(asked, 'lines', [0, 1])],
  [/^INSERT INTO order_steps/, (asked) => insertAll(asked, 'steps', [0, 1])],
  [/^INSERT INTO adjustments/, (asked) => insertAll(asked, 'adjustments', [0])],
  [/^INSERT INTO payments/, (asked) => insertAll(asked, 'payments', [0])],
  [/^INSERT INTO movements/, insertMovements],
  [/^UPDATE JSON_TABLE.*STRAIGHT_JOIN stock/, writeBalances],
  [/^UPDATE JSON_TABLE.*STRAIGHT_JOIN orders/, rejectOrders],
  [/^UPDATE orders SET state/, moveOrders],
  [/^UPDATE orders SET hold_seconds/, fillStub],
  [/^UPDATE orders SET due_at/, postpone],
  [/^UPDATE payments/, movePayment],
];

export function carryOut(asked: Asked): Answer {
  const text = asked.text.replace(/\s+/g, ' ').trim();
  const found = STATEMENTS.find(([pattern]) => pattern.test(text));
  if (!found) throw new Error(`a statement that is not known here: ${text}`);
  return found[1]({ ...asked, text });
}

/** What the tables themselves put where a statement names nothing. */
const DEFAULTS: Partial<Record<Table, StrictRow>> = {
  lines: { cancelled: 0, returned: 0 },
  orders: { attempts: 0, placed_at: null },
};

/** The columns that an INSERT names, so that a new one needs nothing here. */
function columnsOf(text: string): readonly string[] {
  const [, columns = ''] = /^INSERT INTO \w+ \(([^)]*)\)/.exec(text) ?? [];
  return columns.split(',').map((column) => column.trim());
}

const named = (names: readonly string[], cells: readonly Cell[]): StrictRow =>
  Object.fromEntries(names.map((name, at) => [name, cells[at] ?? null]));

async function readOrders({ text, values, rows, now }: Asked): Answer {
  const t = now(); // taken before any row is waited for, as a server does
  const found: object[] = [];
  for (const id of list(values[0])) {
    const order = isLocking(text)
      ? await rows.lock('orders', String(id))
      : rows.get('orders', String(id));
    if (!order) continue;
    const due = order['due_at'] ?? null;
    const common = { ...order, now: t, is_due: due === null ? null : Number(String(due) <= t) };
    const lines = rows.select('lines', (line) => line['order_seq'] === order['seq']);
    const none = [{ goods_id: null, quantity: 0 }];
    for (const line of lines.length > 0 ? lines : none) found.push({ ...common, ...line });
  }
  return found.length > 0 ? found : [{ now: t, seq: null }];
}

async function readStock({ text, values, rows }: Asked): Answer {
  const found: StrictRow[] = [];
  for (const id of list(values[0])) {
    const key = String(id);
    const row = isLocking(text) ? await rows.lock('stock', key) : rows.get('stock', key);
    if (row) found.push(row);
  }
  return found;
}

async function readPayments({ values, rows }: Asked, by: 'payment_id' | 'order_seq'): Answer {
  const wanted = new Set(list(values[0]));
  const idOf = new Map(
    rows.select('orders', () => true).map((one) => [one['seq'], one['order_id']]),
  );
  return rows
    .select('payments', (row) => wanted.has(row[by] ?? null))
    .filter((row) => by === 'payment_id' || row['state'] === values[1])
    .map((row) => ({ ...row, order_id: idOf.get(row['order_seq'] ?? null) }));
}

async function readAdjustments({ values, rows }: Asked): Answer {
  const keys = new Set(list(values[0]));
  return rows.select('adjustments', (row) => keys.has(row['idempotency_key'] ?? null));
}

async function lastInsert({ values, rows, session }: Asked): Answer {
  const seq = rows.get('orders', String(values[0]))?.['seq'];
  return [{ first: session.lastInsert, last: seq }];
}

async function numbersOf({ values, rows }: Asked): Answer {
  const ids = new Set(list(values[0]));
  return rows.select('orders', (row) => ids.has(row['order_id'] ?? null));
}

async function dueOrders({ values, rows, now }: Asked): Answer {
  const t = now();
  return rows
    .select('orders', ({ due_at }) => typeof due_at === 'string' && due_at <= t)
    .toSorted((one, other) => (String(one['due_at']) < String(other['due_at']) ? -1 : 1))
    .slice(0, Number(values[0]));
}

async function insertStock({ values, rows }: Asked): Answer {
  const counts = { available: 0, held: 0, sold: 0, received: 0, version: 0, fence: 0 };
  const empty = { ...counts, safety: 0, low_at: null, back_at: null, side: 'fine', keeping: 0 };
  for (const [id] of lists(values[0])) {
    const known = await rows.lock('stock', String(id));
    if (!known) await rows.insert('stock', String(id), { goods_id: id ?? 0, ...empty });
  }
  return written(1);
}

async function insertOrders({ text, values, rows, nextSeq, session }: Asked): Answer {
  const names = columnsOf(text);
  const fresh = lists(values[0]).map((cells) => ({
    ...DEFAULTS.orders,
    ...named(names, cells),
    seq: nextSeq(),
  }));
  session.lastInsert = fresh[0]?.seq ?? 0;
  for (const order of fresh) {
    const { order_id: id } = order as StrictRow;
    await rows.insert('orders', String(id), order);
  }
  return written(fresh.length);
}

async function insertAll(
  { text, values, rows }: Asked,
  table: Table,
  unique: readonly number[],
): Answer {
  const names = columnsOf(text);
  for (const cells of lists(values[0])) {
    await rows.insert(table, unique.map((at) => cells[at]).join(' '), {
      ...DEFAULTS[table],
      ...named(names, cells),
    });
  }
  return written(lists(values[0]).length);
}

/** The second unique key makes each end of a hold happen once. */
async function insertMovements(asked: Asked): Answer {
  for (const cells of lists(asked.values[0])) {
    const row = named(columnsOf(asked.text), cells);
    const end = ['order_seq', 'hold', 'leg', 'goods_id', 'part'].map((name) => row[name]);
    if (row['order_seq'] !== null) await asked.rows.insert('holds', end.join(' '), {});
  }
  return await insertAll(asked, 'movements', [0, 1]);
}

/** Only under the conditions that the statement names: to forget one has to be seen. */
async function writeBalances({ text, values, rows }: Asked): Answer {
  const minds = { version: text.includes('s.version = v.was'), fence: text.includes('s.fence <=') };
  let matched = 0;
  for (const cells of JSON.parse(String(values[0])) as Cell[][]) {
    const [id, was, available = 0, held = 0, sold = 0, received = 0, version = 0, fence = 0] =
      cells;
    const row = await rows.lock('stock', String(id));
    if (!row || (minds.version && row['version'] !== was)) continue;
    if (minds.fence && Number(row['fence']) > Number(fence)) continue;
    const after = { available, held, sold, received, version, fence: Number(fence) };
    await rows.update('stock', String(id), after);
    matched += 1;
  }
  return written(matched);
}

/** Changes orders of these numbers that are in this state; answers how many were. */
async function changeOrders(
  { rows }: Asked,
  seqs: readonly Cell[],
  state: Cell,
  changesOf: (order: StrictRow) => StrictRow,
): Promise<number> {
  let matched = 0;
  for (const { order_id: id } of rows.select('orders', ({ seq }) => seqs.includes(seq ?? null))) {
    const order = await rows.lock('orders', String(id));
    if (!order || order['state'] !== state) continue;
    await rows.update('orders', String(id), changesOf(order));
    matched += 1;
  }
  return matched;
}

async function rejectOrders(asked: Asked): Answer {
  let matched = 0;
  for (const [seq = 0, was = '', steps, reason = '', short = ''] of JSON.parse(
    String(asked.values[0]),
  ) as Cell[][]) {
    matched += await changeOrders(asked, [seq], was, (order) => ({
      state: 'rejected',
      reason,
      short,
      version: Number(order['version']) + Number(steps),
      due_at: null,
      early_payments: 0,
    }));
  }
  return written(matched);
}

async function moveOrders(asked: Asked): Answer {
  const values = asked.values as readonly Cell[];
  const [state = null, holds = 0, reason = null, asks = 0, early = 0, steps = 0, at = null] =
    values;
  const was = values.at(-1) ?? null;
  const seqs = list(asked.values.at(-2));
  const matched = await changeOrders(asked, seqs, was, (order) => ({
    state,
    holds,
    reason,
    cancel_asked: asks,
    early_payments: early,
    attempts: 0,
    version: Number(order['version']) + Number(steps),
    ...dueOf(asked.text, String(at), values, order),
  }));
  return written(matched);
}

function dueOf(text: string, at: string, values: readonly Cell[], order: StrictRow): StrictRow {
  if (text.includes('due_at = NULL')) return { due_at: null };
  if (text.includes('INTERVAL hold_seconds')) {
    const end = secondsAfter(at, Number(order['hold_seconds']));
    return { expires_at: end, due_at: secondsAfter(end, Number(values[8])) };
  }
  if (text.includes('expires_at = ?')) {
    return { expires_at: at, due_at: values[7] ?? null };
  }
  if (text.includes('INTERVAL 1 DAY')) return { due_at: secondsAfter(at, 86_400) };
  return text.includes('INTERVAL ? SECOND') ? { due_at: secondsAfter(at, Number(values[7])) } : {};
}

async function fillStub(asked: Asked): Answer {
  const values = asked.values as readonly Cell[];
  const [hold_seconds = 0, buyer_id = null, amount = null, currency = null] = values;
  const changes = { hold_seconds, buyer_id, amount, currency };
  return written(await changeOrders(asked, [values.at(-1) ?? 0], 'awaited', () => changes));
}

async function postpone({ values, rows, now }: Asked): Answer {
  const t = now();
  for (const id of list(values[0])) {
    const order = await rows.lock('orders', String(id));
    if (typeof order?.['due_at'] !== 'string' || order['due_at'] > t) continue;
    const attempts = Number(order['attempts']);
    const due_at = secondsAfter(t, Math.min(300, 2 ** Math.min(attempts, 9)));
    await rows.update('orders', String(id), { due_at, attempts: attempts + 1 });
  }
  return written(1);
}

async function movePayment({ values, rows }: Asked): Answer {
  const [state = null, reason = null, id = '', from = null] = values as readonly Cell[];
  const payment = await rows.lock('payments', String(id));
  if (payment?.['state'] !== from) return written(0);
  await rows.update('payments', String(id), { state, reason });
  return written(1);
}

/** A moment of the database, to the microsecond as it says it. */
export const momentOf = (millis: number): string => `${databaseTimeOf(millis)}000`;
