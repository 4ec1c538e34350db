import { AppError } from '../../kernel/index.ts';
import { orderIdField } from '../../shapes/index.ts';
import { checkedGiven } from '../given.ts';
import { orderText } from '../order-text.ts';
import type { Plan } from '../plan.ts';

export const orderShow: Plan = {
  name: 'show',
  takes: '<orderId>',
  summary: 'Show an order: state, lines, payments and every step it took',
  examples: ['holdfast order show order-1', 'holdfast order show order-1 --json'],
  act: async (session, [given]) => {
    const { orderId } = checkedGiven({ orderId: orderIdField }, {}, { orderId: given });
    const { readOrder } = await import('../../saga/index.ts');
    const order = await readOrder(await session.database(), orderId);
    if (!order) throw new AppError('unknown-order', `there is no order ${orderId}`);
    session.print(order, () => orderText(order));
  },
};
