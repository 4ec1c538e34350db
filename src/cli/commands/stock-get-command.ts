import { AppError } from '../../kernel/index.ts';
import { goodsIdField } from '../../shapes/index.ts';
import { checkedGiven, numberIn } from '../given.ts';
import type { Plan } from '../plan.ts';
import { stockText } from '../stock-text.ts';

export const stockGet: Plan = {
  name: 'get',
  takes: '<goodsId>',
  summary: 'Show where the units of a goods id are',
  examples: ['holdfast stock get 7', 'holdfast stock get 7 --json'],
  act: async (session, [goods]) => {
    const { goodsId } = checkedGiven({ goodsId: goodsIdField }, {}, { goodsId: numberIn(goods) });
    const { readStockView } = await import('../../stock/index.ts');
    const stock = await readStockView(await session.database(), goodsId);
    if (!stock) throw new AppError('unknown-goods', `goods ${goodsId} has never had stock`);
    session.print(stock, () => stockText(stock));
  },
};
