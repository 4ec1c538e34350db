import type { LineRow, MovementRow, OrderRow } from '../database-dump.ts';
import { type Broken, type Evidence, groupBy } from './verdict.ts';

/** S6, S13: each hold opens once and closes at most once, whole; never before its time. */
export function checkHolds({ dump }: Evidence): Broken[] {
  const movesOf = groupBy(
    dump.movements.filter(({ seq }) => seq !== null),
    ({ seq }) => seq,
  );
  const linesOf = groupBy(dump.lines, ({ seq }) => seq);
  const cancelledAt = new Map(
    dump.steps.filter(({ event }) => event === 'cancel').map(({ seq, at }) => [seq, at]),
  );
  return dump.orders.flatMap((order) => {
    const moves = movesOf.get(order.seq) ?? [];
    const lines = linesOf.get(order.seq) ?? [];
    return [
      ...checkOrder(order, lines, moves),
      ...tooEarly(order, moves, cancelledAt.get(order.seq)),
    ];
  });
}

function checkOrder(
  order: OrderRow,
  lines: readonly LineRow[],
  moves: readonly MovementRow[],
): Broken[] {
  const broken: Broken[] = [];
  const say = (what: string) => void broken.push({ id: 'S6', what: `${order.orderId} ${what}` });
  const holds = groupBy(moves, ({ hold }) => hold ?? 0);
  if (holds.size !== order.holds) say(`has ${order.holds} holds, the ledger ${holds.size}`);
  for (const [hold, of] of holds) {
    const opens = of.filter(({ leg }) => leg === 'opens');
    const closes = of.filter(({ leg }) => leg === 'closes');
    if (!sameUnits(lines, opens)) say(`opened hold ${hold} otherwise than its lines say`);
    if (closes.length > 0 && !sameUnits(lines, closes)) say(`closed hold ${hold} by halves`);
    const ends = new Set(closes.map(({ kind }) => kind));
    const wanted = endOf(order, hold);
    if (ends.size > 1 || ([...ends][0] ?? 'open') !== wanted) {
      say(`(${order.state}): hold ${hold} is ${[...ends].join(' and ') || 'open'}, not ${wanted}`);
    }
  }
  return broken;
}

/** What must have become of a hold of an order in this state. */
function endOf({ state, holds }: OrderRow, hold: number): string {
  if (hold < holds) return 'release';
  if (state === 'reserved') return 'open';
  return state === 'paid' || state === 'returned' ? 'settle' : 'release';
}

function sameUnits(lines: readonly LineRow[], moves: readonly MovementRow[]): boolean {
  const units = (rows: readonly { readonly goodsId: number; readonly quantity: number }[]) =>
    rows
      .map(({ goodsId, quantity }) => `${goodsId}:${quantity}`)
      .toSorted()
      .join(' ');
  return units(lines) === units(moves);
}

function tooEarly(
  { orderId, holdSeconds }: OrderRow,
  moves: readonly MovementRow[],
  cancelledAt: number | undefined,
): Broken[] {
  const opened = new Map(
    moves.filter(({ leg }) => leg === 'opens').map(({ hold, at }) => [hold, at]),
  );
  return moves
    .filter(({ kind, at }) => kind === 'release' && at !== cancelledAt)
    .flatMap(({ hold, at, goodsId }) => {
      const early = (opened.get(hold) ?? 0) + holdSeconds * 1_000_000 - at;
      if (early <= 0) return [];
      const what = `${orderId}: goods ${goodsId} released ${early} us before their time`;
      return [{ id: 'S13', what }];
    });
}
