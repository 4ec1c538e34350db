import { orderIdField } from '../../shapes/index.ts';
import { checkedGiven } from '../given.ts';
import { changeOrder } from '../order-event.ts';
import type { Plan } from '../plan.ts';

export const orderCancel: Plan = {
  name: 'cancel',
  takes: '<orderId>',
  summary: 'Cancel an order that is not paid; its goods go back on sale',
  more: 'An order that has not come yet is cancelled when it comes.',
  examples: ['holdfast order cancel order-1'],
  act: async (session, [given]) => {
    const { orderId } = checkedGiven({ orderId: orderIdField }, {}, { orderId: given });
    await changeOrder(session, { kind: 'cancel', orderId });
  },
};
