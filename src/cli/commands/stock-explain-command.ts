import { AppError } from '../../kernel/index.ts';
import type { OpenHold } from '../../orders/index.ts';
import type { KeepingView, StockView } from '../../stock/index.ts';
import { goodsIdField, limitField } from '../../shapes/index.ts';
import { pageText, table, timeText } from '../format.ts';
import { checkedGiven, numberIn } from '../given.ts';
import type { Plan } from '../plan.ts';
import { stockText } from '../stock-text.ts';

/** Newest changes shown of how the goods are kept. */
const KEEPINGS = 10;

export const stockExplain: Plan = {
  name: 'explain',
  takes: '<goodsId>',
  summary: 'Say where the units of a goods id are, and who holds them until when',
  options: [['--limit <rows>', 'at most so many holds, newest first (default 1000)']],
  examples: ['holdfast stock explain 7', 'holdfast stock explain 7 --json'],
  act: async (session, [goods], { limit = '1000' }) => {
    const { goodsId, ...page } = checkedGiven(
      { goodsId: goodsIdField, limit: limitField },
      {},
      { goodsId: numberIn(goods), limit: numberIn(limit) },
    );
    const database = await session.database();
    const { listKeepings, readStockView } = await import('../../stock/index.ts');
    const { holdsOfGoods } = await import('../../orders/index.ts');
    const stock = await readStockView(database, goodsId);
    if (!stock) throw new AppError('unknown-goods-id', `goods ${goodsId} never had stock`);
    const { holds, next } = await holdsOfGoods(database, goodsId, page);
    const keepings = await listKeepings(database, goodsId, KEEPINGS);
    const open = unitsOf(holds.filter(({ over }) => !over));
    const over = unitsOf(holds.filter((hold) => hold.over));
    const kept = keepings.length === 0 ? {} : { keepings };
    session.print({ ...stock, open, over, holds, next, ...kept }, () => {
      const rows = holds.map((hold) => [
        hold.orderId,
        hold.quantity,
        timeText(hold.placedAt),
        timeText(hold.expiresAt),
        hold.over ? 'over, about to be released' : null,
      ]);
      const held = `${open} on hold, ${over} on holds that are over`;
      const list = table(['order', 'units', 'placed', 'until', 'note'], rows);
      const parts = [stockText(stock), ...safetyText(stock), held, pageText(list, next)];
      return [...parts, ...keepingsText(keepings)].join('\n\n');
    });
  },
};

/** Why orders are short though units are there. */
function safetyText({ available, safety, forSale }: StockView): readonly string[] {
  if (safety === undefined) return [];
  const kept = Math.min(safety, available);
  return [`${kept} of ${available} available are safety stock; ${forSale} are for sale`];
}

function keepingsText(keepings: readonly KeepingView[]): readonly string[] {
  if (keepings.length === 0) return [];
  const rows = keepings.map(({ safety, thresholds, actor, reason, at }) => [
    timeText(at),
    safety,
    thresholds?.lowAt ?? null,
    thresholds?.backAt ?? null,
    actor,
    reason,
  ]);
  return [table(['kept since', 'safety', 'low at', 'back at', 'by', 'reason'], rows)];
}

function unitsOf(holds: readonly OpenHold[]): number {
  return holds.reduce((sum, { quantity }) => sum + quantity, 0);
}
