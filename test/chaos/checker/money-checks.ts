import { type Broken, type Evidence, groupBy } from './verdict.ts';

/** S12: an order is paid by one payment, and every other one is due back, once. */
export function checkMoney({ dump }: Evidence): Broken[] {
  const broken: Broken[] = [];
  const paymentsOf = groupBy(dump.payments, ({ seq }) => seq);
  const orders = new Map(dump.orders.map((order) => [order.seq, order]));
  for (const order of dump.orders) {
    const payments = paymentsOf.get(order.seq) ?? [];
    const say = (what: string) => void broken.push({ id: 'S12', what: `${order.orderId} ${what}` });
    const applied = payments.filter(({ state }) => state === 'applied');
    if (applied.length !== (order.state === 'paid' ? 1 : 0)) {
      say(`is ${order.state} with ${applied.length} applied payments`);
    }
    const early = payments.filter(({ state }) => state === 'early');
    if (early.length > 0 && order.state !== 'awaited' && order.state !== 'placed') {
      say(`is ${order.state}, and ${early.length} payments still wait for it`);
    }
    if (early.length !== order.earlyPayments) say('counts its early payments wrongly');
    for (const { paymentId, amount, currency } of applied) {
      const differs = (one: unknown, other: unknown) =>
        one !== null && other !== null && one !== other;
      if (differs(amount, order.amount) || differs(currency, order.currency)) {
        say(`was paid by ${paymentId}, which is not what it costs`);
      }
    }
  }
  for (const { paymentId, seq, state, reason } of dump.payments) {
    if (!orders.has(seq)) broken.push({ id: 'S12', what: `${paymentId} is of no order` });
    if ((state === 'refund-due') !== (reason !== null)) {
      broken.push({ id: 'S12', what: `${paymentId} is ${state} for ${reason ?? 'no reason'}` });
    }
  }
  return broken;
}
