/**
 * A payment provider: tells Holdfast, by a signed webhook, that orders were paid. It pays what is
 * reserved now, and tells of each payment twice, as providers do.
 *
 *   node dist/examples/payment-provider.js
 */
import { signPayment } from 'holdfast/client';
import { runningSystem } from './running-system.ts';

const { httpUrl, tokens, paymentSecret } = runningSystem();

interface OrderPage {
  readonly orders: readonly { orderId: string; amount?: number; currency?: string }[];
}

const response = await fetch(`${httpUrl}/v1/orders?state=reserved&limit=500`, {
  headers: { authorization: `Bearer ${tokens.payments}` },
});
const { orders } = (await response.json()) as OrderPage;

const payments = orders.map(({ orderId, amount, currency }) => ({
  orderId,
  paymentId: `pay-${orderId}`.slice(0, 64), // the same at every try: it is paid once
  ...(amount === undefined ? {} : { amount }),
  ...(currency === undefined ? {} : { currency }),
}));

async function tell(): Promise<string> {
  const body = JSON.stringify({ payments });
  const told = await fetch(`${httpUrl}/v1/webhooks/payments`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'holdfast-signature': signPayment(body, paymentSecret), // over exactly these bytes
    },
    body,
  });
  return `${told.status} ${await told.text()}`;
}

if (payments.length === 0) {
  console.log('no order is reserved: run the producer first');
} else {
  const first = await tell();
  const again = await tell();
  console.log(`paid ${payments.length} orders: ${first.slice(0, 200)}`);
  console.log(again === first ? 'told again: the same answer' : `told again: ${again}`);
}
