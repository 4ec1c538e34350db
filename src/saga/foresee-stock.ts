import type { Sql } from '../mysql/index.ts';
import { type Balance, emptyBalance, readAdjustments, readStock } from '../stock/index.ts';
import { decideStock } from './decide-stock.ts';
import type { UnitsEvent } from './event.ts';
import type { StockOutcome } from './outcome.ts';

export interface ForeseenStock {
  readonly before: Balance;
  readonly outcome: StockOutcome;
}

/** What would become of changes of stock, each of other goods; nothing is written. */
export async function foreseeStock(
  sql: Sql,
  events: readonly UnitsEvent[],
): Promise<readonly ForeseenStock[]> {
  if (events.length === 0) return [];
  const balances = await readStock(
    sql,
    events.map(({ goodsId }) => goodsId),
  );
  const known = await readAdjustments(
    sql,
    events.map(({ idempotencyKey }) => idempotencyKey),
  );
  return events.map((event) => {
    const before = balances.get(event.goodsId) ?? emptyBalance(event.goodsId);
    const adjustment = known.get(event.idempotencyKey);
    const { outcome } = decideStock(event, { balanceOf: () => before, adjustment });
    return { before, outcome: outcome as StockOutcome };
  });
}
