import { AppError, present } from '../../kernel/index.ts';
import type { OrderOutcome } from '../../saga/index.ts';
import { lineIn, numberIn } from '../given.ts';
import type { Options, Plan } from '../plan.ts';

export const orderPay: Plan = {
  name: 'pay',
  takes: '<orderId>',
  summary: 'Confirm that an order was paid',
  more:
    'A payment that is too early waits for its order; one that is too late, double or of\n' +
    'another amount is kept as due for refund. The answer says which.',
  options: [
    ['--payment <paymentId>', 'the id of the payment; it counts once over all orders'],
    ['--amount <cents>', 'what was paid, in minor units'],
    ['--currency <code>', 'in which currency, such as EUR'],
    ['--line <goods:quantity...>', 'it pays for these units only; the others go back on sale'],
    ['--paid-at <time>', 'when, such as 2026-11-20T12:00:00Z; information only'],
  ],
  examples: [
    'holdfast order pay order-1 --payment pay-1',
    'holdfast order pay order-1 --payment pay-1 --amount 2590 --currency EUR',
    'holdfast order pay order-1 --payment pay-1 --line 7:1',
  ],
  act: async (session, [orderId], options) => {
    const { paymentConfirmed } = await import('../../queues/index.ts');
    const given = {
      orderId,
      paymentId: options['payment'],
      amount: numberIn(options['amount']),
      currency: options['currency'],
      lines: linesIn(options['line']),
      paidAt: numberIn(options['paidAt']),
    };
    const payment = paymentConfirmed.entry(
      Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    );
    const { saga, database } = await session.app();
    const via = { cause: 'cli', attempt: 1 } as const;
    const outcome = (await saga.advance({ kind: 'payment', payment, via })) as OrderOutcome;
    if (outcome.change === 'refused') {
      throw new AppError(outcome.code ?? 'refused', outcome.message ?? 'refused');
    }
    const { readOrder } = await import('../../saga/index.ts');
    const order = present(await readOrder(database, payment.orderId), 'the order just paid');
    const paid = present(
      order.payments.find(({ paymentId }) => paymentId === payment.paymentId),
      'the payment just told of',
    );
    const why = paid.reason === undefined ? '' : ` (${paid.reason})`;
    session.print(
      { orderId: order.orderId, state: order.state, payment: paid },
      () => `${order.orderId}: ${order.state}; payment ${paid.paymentId} is ${paid.state}${why}`,
    );
  },
};

function linesIn(given: Options[string]): readonly object[] | undefined {
  return Array.isArray(given) ? given.map((text: string) => lineIn(text)) : undefined;
}
