import { AppError } from '../../kernel/index.ts';
import {
  goodsIdField,
  idempotencyKeyField,
  orderIdField,
  quantityField,
} from '../../shapes/index.ts';
import { checkedGiven, lineIn } from '../given.ts';
import { changeOrder } from '../order-event.ts';
import type { Options, Plan } from '../plan.ts';

export const orderReturn: Plan = {
  name: 'return',
  takes: '<orderId>',
  summary: 'Take goods of a paid order back, some or all of them',
  more: 'Under one --id it happens once. What is damaged does not go back on sale.',
  options: [
    ['--id <returnId>', 'the id of the return'],
    ['--line <goods:quantity...>', 'units that are for sale again, such as 7:2'],
    ['--damaged <goods:quantity...>', 'units that nobody can buy any more'],
  ],
  examples: [
    'holdfast order return order-1 --id back-1 --line 7:1',
    'holdfast order return order-1 --id back-2 --damaged 7:1',
  ],
  act: async (session, [given], options) => {
    const { orderId, id } = checkedGiven(
      { orderId: orderIdField, id: idempotencyKeyField },
      {},
      { orderId: given, id: options['id'] },
    );
    const whole = partsIn(options, 'line');
    const damaged = partsIn(options, 'damaged').map((part) => ({ ...part, damaged: true }));
    const parts = [...whole, ...damaged];
    if (parts.length === 0) throw new AppError('wrong-use', 'give --line or --damaged, or both');
    await changeOrder(session, { kind: 'return-lines', orderId, requestId: id, parts });
  },
};

/** Units as an option names them, each `GOODS:QUANTITY`. */
export function partsIn(options: Options, name: string): { goodsId: number; quantity: number }[] {
  const texts = options[name];
  if (!Array.isArray(texts)) return [];
  const fields = { goodsId: goodsIdField, quantity: quantityField };
  return (texts as readonly string[]).map((text) => checkedGiven(fields, {}, { ...lineIn(text) }));
}
