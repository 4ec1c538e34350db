import type { Sql } from '../../src/mysql/index.ts';

interface OrderRow {
  readonly seq: number;
  readonly order_id: string;
  readonly state: string;
}

/**
 * What became of each order, told by its rows alone: its state, what the ledger has for each of
 * its goods, its payments, and what others are told. `paid: reserve settle; p applied; told ..`.
 */
export async function orderStories(sql: Sql): Promise<ReadonlyMap<string, string>> {
  const orders = await sql.rows<OrderRow>('SELECT seq, order_id, state FROM orders ORDER BY seq');
  const moves = await sql.rows<{ order_seq: number; goods_id: number; kind: string }>(
    'SELECT order_seq, goods_id, kind FROM movements WHERE order_seq IS NOT NULL ORDER BY version',
  );
  const payments = await sql.rows<{ order_seq: number; state: string }>(
    'SELECT order_seq, state FROM payments ORDER BY payment_id',
  );
  const notices = await sql.rows<{ kind: string; subject: string }>(
    'SELECT kind, subject FROM notices ORDER BY seq',
  );
  const lines = await sql.rows<{ order_seq: number; goods_id: number }>(
    'SELECT order_seq, goods_id FROM order_lines ORDER BY goods_id',
  );
  const story = ({ seq, order_id: orderId, state }: OrderRow): string => {
    const own = lines.filter(({ order_seq: of }) => of === seq);
    const ledgers = own.map(({ goods_id: id }) =>
      moves
        .filter((move) => move.order_seq === seq && move.goods_id === id)
        .map(({ kind }) => kind)
        .join(' '),
    );
    const paid = payments.filter((one) => one.order_seq === seq).map((one) => one.state);
    const told = notices.filter(({ subject }) => subject === `order:${orderId}`);
    // One ledger when all lines have the same: everything else is worth being told line by line.
    const ledger = [...new Set(ledgers)].join(' | ') || '-';
    const kinds = told.map(({ kind }) => kind.replace('order.', '')).join(' ');
    return `${state}: ${ledger}; payments ${paid.join(' ') || '-'}; told ${kinds || '-'}`;
  };
  return new Map(orders.map((order) => [order.order_id, story(order)]));
}
