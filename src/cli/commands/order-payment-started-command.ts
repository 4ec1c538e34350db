import { orderIdField, payingSecondsField } from '../../shapes/index.ts';
import { checkedGiven, numberIn } from '../given.ts';
import { changeOrder } from '../order-event.ts';
import type { Plan } from '../plan.ts';

export const orderPaymentStarted: Plan = {
  name: 'payment-started',
  takes: '<orderId>',
  summary: 'Keep the hold of an order while a payment is on its way',
  more: 'Once for an order; the hold is never made shorter by it.',
  options: [['--seconds <seconds>', 'from now, 1 to 3600 (default 600)']],
  examples: ['holdfast order payment-started order-1 --seconds 900'],
  act: async (session, [given], { seconds: time = '600' }) => {
    const { orderId, seconds } = checkedGiven(
      { orderId: orderIdField, seconds: payingSecondsField },
      {},
      { orderId: given, seconds: numberIn(time) },
    );
    await changeOrder(session, { kind: 'payment-started', orderId, seconds });
  },
};
