import { AppError } from '../../kernel/index.ts';
import { orderIdField } from '../../shapes/index.ts';
import type { OrderOutcome } from '../../saga/index.ts';
import { checkedGiven } from '../given.ts';
import type { Plan } from '../plan.ts';

export const orderCancel: Plan = {
  name: 'cancel',
  takes: '<orderId>',
  summary: 'Cancel an order that is not paid; its goods go back on sale',
  more: 'An order that has not come yet is cancelled when it comes.',
  examples: ['holdfast order cancel order-1'],
  act: async (session, [given]) => {
    const { orderId } = checkedGiven({ orderId: orderIdField }, {}, { orderId: given });
    const { saga } = await session.app();
    const via = { cause: 'cli', attempt: 1 } as const;
    const outcome = (await saga.advance({ kind: 'cancel', orderId, via })) as OrderOutcome;
    if (outcome.change === 'refused') {
      throw new AppError(outcome.code ?? 'refused', outcome.message ?? 'refused');
    }
    const { state, change } = outcome;
    const before = change === 'unchanged' ? ', as before' : '';
    session.print({ orderId, state }, () => `${orderId}: ${state}${before}`);
  },
};
