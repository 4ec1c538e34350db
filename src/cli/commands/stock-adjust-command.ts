import { randomName } from '../../kernel/index.ts';
import { deltaField, goodsIdField, idempotencyKeyField, reasonField } from '../../shapes/index.ts';
import { changeStock } from '../change-stock.ts';
import { checkedGiven, numberIn } from '../given.ts';
import type { Plan } from '../plan.ts';

export const stockAdjust: Plan = {
  name: 'adjust',
  takes: '<goodsId>',
  summary: 'Add units of a goods id, or take away what is missing',
  options: [
    ['--by <units>', 'how many more; negative when units are missing'],
    ['--reason <text>', 'why, for the ledger'],
    ['--key <key>', 'an idempotency key: the same change under it happens once'],
  ],
  examples: [
    'holdfast stock adjust 7 --by 500 --reason "delivery 4711"',
    'holdfast stock adjust 7 --by -3 --reason "broken in the warehouse"',
  ],
  act: async (session, [goods], { by, reason, key }) => {
    const { by: delta, ...change } = checkedGiven(
      { goodsId: goodsIdField, by: deltaField, reason: reasonField },
      { key: idempotencyKeyField },
      { goodsId: numberIn(goods), by: numberIn(by), reason, key },
    );
    const idempotencyKey = change.key ?? `cli-${randomName()}`;
    await changeStock(session, { kind: 'stock-adjust', ...change, delta, idempotencyKey });
  },
};
