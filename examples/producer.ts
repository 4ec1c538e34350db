/**
 * A flash sale: a shop places many orders for the same goods in the same moment.
 *
 *   npm start                                         in another terminal
 *   npm run -s holdfast -- stock set 7 100            one hundred units for sale
 *   node dist/examples/producer.js 150 7              150 orders for goods 7
 */
import { randomUUID } from 'node:crypto';
import { createClient, HoldfastError } from 'holdfast/client';
import { runningSystem } from './running-system.ts';

const [orders = '150', goodsId = '7'] = process.argv.slice(2);
const { httpUrl, tokens } = runningSystem();
const client = createClient({ httpUrl, tokens });
const sale = randomUUID().slice(0, 8);

/** One customer's order, as a request handler places it: the client makes envelopes of them. */
async function buy(customer: number): Promise<string> {
  const order = {
    orderId: `${sale}-${customer}`, // yours: placed again under the same id, it is the same order
    lines: [{ goodsId: Number(goodsId), quantity: 1 }],
    amount: 1999,
    currency: 'EUR',
  };
  try {
    const placed = await client.place(order, { waitMs: 5000 });
    // Sold out is no error: it is one of the ends of an order.
    return placed.state === 'rejected' ? placed.reason : placed.state;
  } catch (error) {
    return error instanceof HoldfastError ? error.code : 'unexpected';
  }
}

const customers = Array.from({ length: Number(orders) }, (_, index) => index);
const ends = await Promise.all(customers.map(buy));

for (const end of new Set(ends)) {
  console.log(`${end}: ${ends.filter((one) => one === end).length}`);
}
const { available, held, sold } = await client.stock(Number(goodsId));
console.log(`goods ${goodsId}: ${available} available, ${held} held, ${sold} sold`);
await client.close();
