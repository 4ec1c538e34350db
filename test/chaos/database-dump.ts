import { type Database, readJson } from '../../src/mysql/index.ts';

export interface StockRow {
  readonly goodsId: number;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  readonly received: number;
  readonly version: number;
  readonly fence: number;
}

export interface OrderRow {
  readonly seq: number;
  readonly orderId: string;
  readonly state: string;
  readonly version: number;
  readonly holds: number;
  readonly holdSeconds: number;
  readonly reason: string | null;
  readonly cancelAsked: number;
  readonly earlyPayments: number;
  readonly buyerId: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly isDue: number;
}

export interface LineRow {
  readonly seq: number;
  readonly goodsId: number;
  readonly quantity: number;
}

/** Times are microseconds of the database's clock. */
export interface MovementRow {
  readonly goodsId: number;
  readonly version: number;
  readonly kind: 'restock' | 'reserve' | 'release' | 'settle' | 'return';
  readonly quantity: number;
  readonly seq: number | null;
  readonly hold: number | null;
  readonly leg: string | null;
  readonly fence: number | null;
  readonly at: number;
}

export interface PaymentRow {
  readonly paymentId: string;
  readonly seq: number;
  readonly state: string;
  readonly reason: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
}

export interface StepRow {
  readonly seq: number;
  readonly step: number;
  readonly event: string;
  readonly from: string | null;
  readonly to: string;
  readonly cause: string;
  readonly attempt: number;
  readonly at: number;
  readonly detail: Readonly<Record<string, unknown>> | null;
}

export interface DeadLetterRow {
  readonly source: string;
  readonly code: string;
  readonly message: string;
  readonly orderId: string | null;
  readonly times: number;
}

export interface AdjustmentRow {
  readonly key: string;
  readonly goodsId: number;
  readonly delta: number;
  readonly reason: string;
  readonly version: number;
}

/** Every row that speaks of stock, orders or money, as of one moment. */
export interface Dump {
  readonly stock: readonly StockRow[];
  readonly orders: readonly OrderRow[];
  readonly lines: readonly LineRow[];
  readonly movements: readonly MovementRow[];
  readonly payments: readonly PaymentRow[];
  readonly steps: readonly StepRow[];
  readonly deadLetters: readonly DeadLetterRow[];
  readonly adjustments: readonly AdjustmentRow[];
}

const AT = 'CAST(UNIX_TIMESTAMP(at) * 1000000 AS SIGNED) AS at';

const TABLES: Readonly<Record<keyof Dump, string>> = {
  stock: `SELECT goods_id AS goodsId, available, held, sold, received, version, fence FROM stock
    ORDER BY goods_id`,
  orders: `SELECT seq, order_id AS orderId, state, version, holds, hold_seconds AS holdSeconds,
    reason, cancel_asked AS cancelAsked, early_payments AS earlyPayments, buyer_id AS buyerId,
    amount, currency, COALESCE(due_at <= UTC_TIMESTAMP(6), 0) AS isDue FROM orders ORDER BY seq`,
  lines: `SELECT order_seq AS seq, goods_id AS goodsId, quantity FROM order_lines
    ORDER BY order_seq, goods_id`,
  movements: `SELECT goods_id AS goodsId, version, kind, quantity, order_seq AS seq, hold, leg,
    fence, ${AT} FROM movements ORDER BY goods_id, version`,
  payments: `SELECT payment_id AS paymentId, order_seq AS seq, state, reason, amount, currency
    FROM payments ORDER BY payment_id`,
  steps: `SELECT order_seq AS seq, step, event, from_state AS \`from\`, to_state AS \`to\`, cause,
    attempt, detail, ${AT} FROM order_steps ORDER BY order_seq, step`,
  deadLetters: `SELECT source, code, message, order_id AS orderId, times FROM dead_letters
    ORDER BY id`,
  adjustments: `SELECT idempotency_key AS \`key\`, goods_id AS goodsId, delta, reason, version
    FROM adjustments ORDER BY idempotency_key`,
};

export async function dumpOf(database: Database): Promise<Dump> {
  return await database.snapshot(async (sql) => {
    const rows = async <Row>(table: keyof Dump) => await sql.rows<Row>(TABLES[table]);
    return {
      stock: await rows<StockRow>('stock'),
      orders: await rows<OrderRow>('orders'),
      lines: await rows<LineRow>('lines'),
      movements: await rows<MovementRow>('movements'),
      payments: await rows<PaymentRow>('payments'),
      steps: (await rows<StepRow>('steps')).map((row) => ({
        ...row,
        detail: readJson(row.detail),
      })),
      deadLetters: await rows<DeadLetterRow>('deadLetters'),
      adjustments: await rows<AdjustmentRow>('adjustments'),
    };
  });
}
