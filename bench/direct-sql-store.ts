import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { databaseTimeOf, secondsAfter, systemClock } from '../src/kernel/index.ts';

/** Some orders in a row, one unit of one goods id each, and the movements they may write. */
export interface DirectBatch {
  /** Begins every order id; the number of the order follows. */
  readonly run: string;
  readonly goodsId: number;
  readonly firstSeq: number;
  readonly orders: number;
  readonly holdSeconds: number;
}

const RESERVE = `BEGIN;
  INSERT INTO orders (seq, order_id, state, version, holds, hold_seconds, due_at, expires_at,
    placed_at) VALUES ?;
  INSERT INTO order_lines (order_seq, goods_id, quantity) VALUES ?;
  INSERT INTO order_steps (order_seq, step, event, from_state, to_state, cause, at) VALUES ?;
  INSERT INTO movements (goods_id, version, kind, quantity, order_seq, hold, leg, fence, at)
    VALUES ?;
  UPDATE stock SET available = available - ?, held = held + ?, version = version + ?
    WHERE goods_id = ?;
  COMMIT`;

const PAY = `BEGIN;
  UPDATE orders SET state = 'paid', version = version + 1, due_at = NULL
    WHERE seq BETWEEN ? AND ? AND state = 'reserved';
  INSERT INTO order_steps (order_seq, step, event, from_state, to_state, cause, detail, at)
    VALUES ?;
  INSERT INTO payments (payment_id, order_seq, state, at) VALUES ?;
  INSERT INTO movements (goods_id, version, kind, quantity, order_seq, hold, leg, fence, at)
    VALUES ?;
  UPDATE stock SET held = held - ?, sold = sold + ?, version = version + ? WHERE goods_id = ?;
  COMMIT`;

function movementOf(kind: 'reserve' | 'settle', seq: number) {
  return [kind, 1, seq, 1, kind === 'reserve' ? 'opens' : 'closes'];
}

/** Any number will do: nobody checks it here, but the column is written as the saga writes it. */
const FENCE = 1;

/**
 * Writes the rows that the saga writes for orders that are placed and reserved at once: whole
 * batches, in one trip each, with nothing read, checked or locked before. Answers when committed.
 */
export async function reserveDirectly(
  sql: Connection,
  { run, goodsId, firstSeq, orders, holdSeconds }: DirectBatch,
  firstVersion: number,
): Promise<void> {
  const now = databaseTimeOf(systemClock.wallMs());
  const until = secondsAfter(now, holdSeconds);
  const seqs = Array.from({ length: orders }, (_, index) => firstSeq + index);
  await sql.query(RESERVE, [
    seqs.map((seq) => [seq, `${run}-${seq}`, 'reserved', 2, 1, holdSeconds, until, until, now]),
    seqs.map((seq) => [seq, goodsId, 1]),
    seqs.flatMap((seq) => [
      [seq, 1, 'placed', null, 'placed', 'queue', now],
      [seq, 2, 'reserve', 'placed', 'reserved', 'queue', now],
    ]),
    seqs.map((seq, index) => [
      goodsId,
      firstVersion + index,
      ...movementOf('reserve', seq),
      FENCE,
      now,
    ]),
    orders,
    orders,
    orders,
    goodsId,
  ]);
}

/** The same for their payments. */
export async function payDirectly(
  sql: Connection,
  { run, goodsId, firstSeq, orders }: DirectBatch,
  firstVersion: number,
): Promise<void> {
  const now = databaseTimeOf(systemClock.wallMs());
  const seqs = Array.from({ length: orders }, (_, index) => firstSeq + index);
  const paymentOf = (seq: number) => `p-${run}-${seq}`;
  await sql.query(PAY, [
    firstSeq,
    firstSeq + orders - 1,
    seqs.map((seq) => [
      seq,
      3,
      'payment',
      'reserved',
      'paid',
      'queue',
      JSON.stringify({ paymentId: paymentOf(seq) }),
      now,
    ]),
    seqs.map((seq) => [paymentOf(seq), seq, 'applied', now]),
    seqs.map((seq, index) => [
      goodsId,
      firstVersion + index,
      ...movementOf('settle', seq),
      FENCE,
      now,
    ]),
    orders,
    orders,
    orders,
    goodsId,
  ]);
}

export async function connectDirectly(databaseUrl: string): Promise<Connection> {
  const sql = await createConnection({ uri: databaseUrl, multipleStatements: true });
  await sql.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
  return sql;
}

/** The number of the last movement of a goods id. */
export async function lastVersion(sql: Connection, goodsId: number): Promise<number> {
  const [rows] = await sql.query<RowDataPacket[]>('SELECT version FROM stock WHERE goods_id = ?', [
    goodsId,
  ]);
  return Number(rows[0]?.['version']);
}
