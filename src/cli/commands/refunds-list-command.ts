import { limitField, paymentIdField } from '../../shapes/index.ts';
import { table, timeText } from '../format.ts';
import { checkedGiven, numberIn } from '../given.ts';
import type { Plan } from '../plan.ts';

export const refundsList: Plan = {
  name: 'list',
  summary: 'List the payments whose money must go back',
  options: [
    ['--done', 'those whose money went back'],
    ['--limit <rows>', 'at most so many, up to 5000 (default 50)'],
    ['--after <paymentId>', 'go on where the page before ended'],
  ],
  examples: ['holdfast payments refunds list', 'holdfast payments refunds list --limit 500 --json'],
  act: async (session, _given, { limit = '50', after, done }) => {
    const page = checkedGiven(
      { limit: limitField },
      { after: paymentIdField },
      { limit: numberIn(limit), after },
    );
    const { listPayments } = await import('../../payments/index.ts');
    const state = done === true ? 'refunded' : 'refund-due';
    const found = await listPayments(await session.database(), { ...page, state });
    session.print(found, () => {
      const rows = found.payments.map((payment) => [
        payment.paymentId,
        payment.orderId,
        payment.reason,
        payment.amount,
        payment.currency,
        timeText(payment.at),
      ]);
      const text = table(['payment', 'order', 'reason', 'amount', 'currency', 'told'], rows);
      return found.next === null ? text : `${text}\nmore: --after ${found.next}`;
    });
  },
};
