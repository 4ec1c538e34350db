import { type DatabaseTime, isoOf } from '../kernel/index.ts';
import { readJson, type Sql, type SqlValue } from '../mysql/index.ts';
import { lineOf, type OrderLine, type OrderState, type ShortLine } from './order.ts';

/** An order as others see it in a list. */
export interface OrderSummary {
  readonly orderId: string;
  readonly state: OrderState;
  readonly lines: readonly OrderLine[];
  readonly placedAt: string;
  readonly expiresAt: string | null;
  /** It is reserved, its time is up, and its goods are about to be released. */
  readonly over?: true;
  readonly reason?: string;
  readonly buyerId?: string;
  readonly amount?: number;
  readonly currency?: string;
}

/** One order as others see it, without its payments and history. */
export interface OrderDetails extends OrderSummary {
  readonly holdSeconds: number;
  readonly short?: readonly ShortLine[];
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Its metadata and its history, up to some step, are in an archive and not here. */
  readonly archived?: true;
}

interface SummaryRow {
  readonly seq: number;
  readonly order_id: string;
  readonly state: OrderState;
  readonly placed_at: DatabaseTime;
  readonly expires_at: DatabaseTime | null;
  readonly reason: string | null;
  readonly buyer_id: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly isOver: number | null;
}

interface DetailsRow extends SummaryRow {
  readonly hold_seconds: number;
  readonly short: unknown;
  readonly metadata: unknown;
  readonly archived: number | null;
}

const COLUMNS = `o.seq, o.order_id, o.state, o.placed_at, o.expires_at, o.reason, o.buyer_id,
  o.amount, o.currency, o.state = 'reserved' AND o.expires_at <= UTC_TIMESTAMP(6) AS isOver`;

export interface OrderFilter {
  readonly state?: OrderState;
  readonly goodsId?: number;
  /** The beginning of an order id or of a buyer id. */
  readonly q?: string;
  readonly limit: number;
  /** Orders that came before this one, as `next` of the page before named it. */
  readonly before?: number;
}

export interface OrderPage {
  readonly orders: readonly OrderSummary[];
  /** Where the next page begins; null after the last. */
  readonly next: number | null;
}

/** Newest first, in two statements. */
export async function listOrders(sql: Sql, filter: OrderFilter): Promise<OrderPage> {
  const { text, values } = listStatement(filter);
  const rows = await sql.rows<SummaryRow>(text, values);
  const lines = await linesOf(
    sql,
    rows.map(({ seq }) => seq),
  );
  return {
    orders: rows.map((row) => summaryOf(row, lines.get(row.seq) ?? [])),
    next: rows.length < filter.limit ? null : (rows.at(-1)?.seq ?? null),
  };
}

/** States that orders do not stay in: few orders are in them, however many there have been. */
const PASSING: ReadonlySet<OrderState> = new Set(['awaited', 'placed', 'reserved']);

/**
 * Each filter begins at the index that serves it best and reads from its newest end, so that a
 * page costs what it holds and not what the table holds.
 */
function listStatement(filter: OrderFilter): { text: string; values: SqlValue[] } {
  const { state, goodsId, q, limit, before = Number.MAX_SAFE_INTEGER } = filter;
  const found = q === undefined ? null : seqsBeginningWith(q, filter, before);
  const from = found ? [`${found.text} f`] : [];
  const goodsFirst = goodsId !== undefined && !(state && PASSING.has(state));
  if (goodsFirst) from.push('order_lines l');
  from.push('orders o');
  if (goodsId !== undefined && !goodsFirst) from.push('order_lines l');
  const where = ['o.seq < ?'];
  const values: SqlValue[] = [...(found?.values ?? []), before];
  if (found) where.push('o.seq = f.seq');
  if (goodsId !== undefined) {
    where.push('l.order_seq = o.seq AND l.goods_id = ?');
    values.push(goodsId);
  }
  if (state !== undefined) {
    where.push('o.state = ?');
    values.push(state);
  }
  const newest = goodsFirst && !found ? 'l.order_seq' : 'o.seq';
  return {
    text: `SELECT STRAIGHT_JOIN ${COLUMNS} FROM ${from.join(', ')}
      WHERE ${where.join(' AND ')} ORDER BY ${newest} DESC LIMIT ?`,
    values: [...values, limit],
  };
}

/** Orders whose id, or whose buyer's id, begins so. */
function seqsBeginningWith(
  q: string,
  { state, goodsId, limit }: OrderFilter,
  before: number,
): { text: string; values: SqlValue[] } {
  // With another filter beside it, all that begin so must be looked at.
  const most = state === undefined && goodsId === undefined ? limit : Number.MAX_SAFE_INTEGER;
  // Every character that an id may have comes before the tilde.
  const ids = (column: string) => `(SELECT seq FROM orders
    WHERE ${column} BETWEEN ? AND CONCAT(?, '~') AND seq < ? ORDER BY seq DESC LIMIT ?)`;
  return {
    text: `(${ids('order_id')} UNION ${ids('buyer_id')})`,
    values: [q, q, before, most, q, q, before, most],
  };
}

export async function readOrderDetails(
  sql: Sql,
  orderId: string,
): Promise<{ readonly seq: number; readonly details: OrderDetails } | null> {
  const [row] = await sql.rows<DetailsRow>(
    `SELECT ${COLUMNS}, o.hold_seconds, o.short, o.metadata, o.archived
     FROM orders o WHERE o.order_id = ?`,
    [orderId],
  );
  if (!row) return null;
  const lines = await linesOf(sql, [row.seq]);
  const short = readJson<readonly ShortLine[]>(row.short);
  const metadata = readJson<Readonly<Record<string, unknown>>>(row.metadata);
  const details = {
    ...summaryOf(row, lines.get(row.seq) ?? []),
    holdSeconds: row.hold_seconds,
    ...(short === null ? {} : { short }),
    ...(metadata === null ? {} : { metadata }),
    ...(row.archived === null ? {} : { archived: true as const }),
  };
  return { seq: row.seq, details };
}

function summaryOf(row: SummaryRow, lines: readonly OrderLine[]): OrderSummary {
  return {
    orderId: row.order_id,
    state: row.state,
    lines,
    placedAt: isoOf(row.placed_at),
    expiresAt: row.expires_at === null ? null : isoOf(row.expires_at),
    ...(row.isOver === 1 ? { over: true as const } : {}),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.buyer_id === null ? {} : { buyerId: row.buyer_id }),
    ...(row.amount === null ? {} : { amount: row.amount }),
    ...(row.currency === null ? {} : { currency: row.currency }),
  };
}

async function linesOf(
  sql: Sql,
  seqs: readonly number[],
): Promise<ReadonlyMap<number, readonly OrderLine[]>> {
  const lines = new Map<number, OrderLine[]>();
  if (seqs.length === 0) return lines;
  const rows = await sql.rows<{ seq: number } & Required<OrderLine>>(
    `SELECT order_seq AS seq, goods_id AS goodsId, quantity, cancelled, returned FROM order_lines
     WHERE order_seq IN (?) ORDER BY order_seq, goods_id`,
    [seqs],
  );
  for (const { seq, ...row } of rows) {
    const line = lineOf(row);
    const known = lines.get(seq);
    if (known) known.push(line);
    else lines.set(seq, [line]);
  }
  return lines;
}

/** The state alone, for those who wait for it: one small read by key. */
export async function readOrderState(sql: Sql, orderId: string): Promise<OrderState | null> {
  const [row] = await sql.rows<{ state: OrderState }>(
    'SELECT state FROM orders WHERE order_id = ?',
    [orderId],
  );
  return row?.state ?? null;
}
