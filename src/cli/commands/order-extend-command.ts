import { holdSecondsField, orderIdField } from '../../shapes/index.ts';
import { checkedGiven, numberIn } from '../given.ts';
import { changeOrder } from '../order-event.ts';
import type { Plan } from '../plan.ts';

export const orderExtend: Plan = {
  name: 'extend',
  takes: '<orderId> <seconds>',
  summary: 'Let the hold of an order end so many seconds from now',
  more: 'One that has expired is reserved again, if its goods are still there.',
  examples: ['holdfast order extend order-1 1800'],
  act: async (session, [given, time]) => {
    const { orderId, seconds } = checkedGiven(
      { orderId: orderIdField, seconds: holdSecondsField },
      {},
      { orderId: given, seconds: numberIn(time) },
    );
    await changeOrder(session, { kind: 'extend', orderId, seconds });
  },
};
