import type { Attempt } from '../chaos-history.ts';
import { type Broken, type Evidence, groupBy } from './verdict.ts';

/**
 * S7, without a look at any balance: what paid orders took can be no more than what the world has
 * brought in. What nobody knows counts as brought in; what was taken out for certain does not.
 */
export function checkOversell({ attempts, dump }: Evidence): Broken[] {
  const changes = groupBy(
    attempts.filter(({ f }) => f === 'stock.set' || f === 'stock.adjust'),
    ({ key }) => key,
  );
  const most = new Map<number, number>();
  for (const all of changes.values()) {
    const goodsId = Number(all[0]?.a['goodsId']);
    most.set(goodsId, (most.get(goodsId) ?? 0) + broughtAtMost(all));
  }
  const orders = new Map(dump.orders.map((order) => [order.seq, order.state]));
  const taken = new Map<number, number>();
  for (const { seq, goodsId, quantity } of dump.lines) {
    const state = orders.get(seq);
    if (state !== 'paid' && state !== 'reserved') continue;
    taken.set(goodsId, (taken.get(goodsId) ?? 0) + quantity);
  }
  return [...taken].flatMap(([goodsId, units]) => {
    const limit = most.get(goodsId) ?? 0;
    if (units <= limit) return [];
    return [{ id: 'S7', what: `goods ${goodsId}: ${units} promised, at most ${limit} came in` }];
  });
}

function broughtAtMost(all: readonly Attempt[]): number {
  const [first] = all;
  if (!first || all.every(({ ty }) => ty === 'fail')) return 0;
  const { delta, available } = first.a as { delta?: number; available?: number };
  if (delta === undefined) return available ?? 0;
  const isCertain = all.some(({ ty }) => ty === 'ok');
  return delta < 0 && !isCertain ? 0 : delta;
}
