import type { Database } from '../../src/mysql/index.ts';
import type { SagaEvent } from '../../src/saga/index.ts';
import type { SagaFixture } from './saga-fixture.ts';

const via = { cause: 'queue', attempt: 1 } as const;
const GOODS = 20;
/** No stock row: whoever asks for it is rejected. */
const UNKNOWN_GOODS = 999;

/** Ways an order can go; the first five end for good and owe nothing. */
export const WAYS = [
  'paid',
  'sold',
  'expired',
  'rejected',
  'cancelled',
  'returned',
  'paid-twice',
  'placed',
  'reserved',
  'awaited',
] as const;
export type Way = (typeof WAYS)[number];
export const FINISHED: readonly Way[] = WAYS.slice(0, 5);

export function wayOf(index: number): Way {
  return WAYS[index % WAYS.length] ?? 'paid';
}

export function idOf(index: number): string {
  return `${wayOf(index)}-${index}`;
}

export function linesOf(index: number) {
  if (wayOf(index) === 'rejected') return [{ goodsId: UNKNOWN_GOODS, quantity: 1 }];
  const goodsId = 1 + (index % GOODS);
  const second = 1 + ((index * 7 + 3) % GOODS);
  return second === goodsId
    ? [{ goodsId, quantity: 1 }]
    : [
        { goodsId, quantity: 1 },
        { goodsId: second, quantity: 2 },
      ].toSorted((one, other) => one.goodsId - other.goodsId);
}

const AT_ONCE = 500;

/** So many orders, some of each way, in the order of their numbers or nearly. */
export async function makeOrders(fixture: SagaFixture, many: number, first = 0): Promise<void> {
  for (let goodsId = 1; goodsId <= GOODS; goodsId += 1) await fixture.restock(goodsId, 10 * many);
  for (let from = first; from < first + many; from += AT_ONCE) {
    const size = Math.min(AT_ONCE, first + many - from);
    await makeSome(
      fixture,
      Array.from({ length: size }, (_, index) => from + index),
    );
  }
}

async function makeSome(fixture: SagaFixture, all: readonly number[]): Promise<void> {
  const send = async (ways: readonly Way[], eventOf: (index: number) => SagaEvent) => {
    const events = all.filter((index) => ways.includes(wayOf(index))).map(eventOf);
    for (const result of await fixture.saga.advanceAll(events)) {
      if ('error' in result) throw result.error;
    }
  };
  const paying = (suffix: string) => (index: number) => paymentOf(index, suffix);
  await send(without('sold', 'awaited'), placingOf);
  await send(['sold'], (index) => ({
    kind: 'sell',
    orderId: idOf(index),
    lines: linesOf(index),
    via,
  }));
  await send(without('sold', 'awaited', 'placed'), (index) => ({
    kind: 'reserve',
    orderId: idOf(index),
    via,
  }));
  await send(['paid', 'paid-twice', 'returned', 'awaited'], paying('a'));
  await send(['paid-twice'], paying('b'));
  await send(['cancelled'], (index) => ({ kind: 'cancel', orderId: idOf(index), via }));
  await send(['returned'], (index) => ({ kind: 'return', orderId: idOf(index), via }));
  await fixture.database.write(
    `UPDATE orders SET due_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND
     WHERE state = 'reserved' AND order_id LIKE 'expired-%'`,
  );
  await send(['expired'], (index) => ({ kind: 'due', orderId: idOf(index), via }));
}

function without(...ways: readonly Way[]): readonly Way[] {
  return WAYS.filter((way) => !ways.includes(way));
}

export function placingOf(index: number): SagaEvent {
  const order = {
    orderId: idOf(index),
    lines: linesOf(index),
    buyerId: `buyer-${index % 50}`,
    amount: 500,
    currency: 'EUR',
    metadata: { channel: 'web' },
  };
  return { kind: 'placed', order, via };
}

export function paymentOf(index: number, suffix: string): SagaEvent {
  const orderId = idOf(index);
  return { kind: 'payment', payment: { orderId, paymentId: `p-${orderId}-${suffix}` }, via };
}

const AGED = [
  ['order_steps', 'at', 'order_seq'],
  ['movements', 'at', 'COALESCE(order_seq, 0)'],
  ['payments', 'at', 'order_seq'],
  ['orders', 'placed_at', 'seq'],
] as const;

/** Makes everything about orders up to this number so much older. */
export async function age(database: Database, days: number, upTo = 1e12): Promise<void> {
  for (const [table, column, seq] of AGED) {
    await database.write(
      `UPDATE ${table} SET ${column} = ${column} - INTERVAL ? DAY WHERE ${seq} <= ?`,
      [days, upTo],
    );
  }
}
