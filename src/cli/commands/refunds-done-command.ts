import { AppError } from '../../kernel/index.ts';
import { actorField, paymentIdField, reasonField } from '../../shapes/index.ts';
import type { OrderOutcome } from '../../saga/index.ts';
import { checkedGiven } from '../given.ts';
import type { Plan } from '../plan.ts';

export const refundsDone: Plan = {
  name: 'done',
  takes: '<paymentId>',
  summary: 'Tell that the money of a payment went back',
  more: 'Who did it and why stays in the history of the order.',
  options: [
    ['--reason <text>', 'how it went back, or why'],
    ['--actor <name>', 'who did it (default: cli)'],
  ],
  examples: ['holdfast payments refunds done pay-1 --reason "transfer 4711" --actor ann'],
  act: async (session, [given], { reason, actor }) => {
    const { paymentId, ...said } = checkedGiven(
      { paymentId: paymentIdField, reason: reasonField, actor: actorField },
      {},
      { paymentId: given, reason, actor: actor ?? 'cli' },
    );
    const { saga, database } = await session.app();
    const { readPaymentView } = await import('../../payments/index.ts');
    const known = await readPaymentView(database, paymentId);
    if (!known) throw new AppError('unknown-payment', `nobody has told of payment ${paymentId}`);
    const { orderId } = known;
    const via = { cause: 'cli', attempt: 1 } as const;
    const event = { kind: 'refunded', orderId, paymentId, ...said, via } as const;
    const { change, code, message, state } = (await saga.advance(event)) as OrderOutcome;
    if (change === 'refused') throw new AppError(code ?? 'refused', message ?? 'refused');
    const payment = await readPaymentView(database, paymentId);
    const before = change === 'unchanged' ? ', as before' : '';
    session.print(
      { orderId, state, payment },
      () => `payment ${paymentId} of order ${orderId} is refunded${before}`,
    );
  },
};
