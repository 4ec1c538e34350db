/**
 * A producer as anybody would write it: BullMQ and nothing of Holdfast. Sends every order (or
 * payment) of its share twice. Arguments: Redis URL, queue prefix, what, from, to, hold seconds,
 * ids.
 */
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';

const [redisUrl = '', prefix = '', what, from, to, holdSeconds, list = ''] = process.argv.slice(2);
const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
const name = what === 'orders' ? 'order-placed' : 'payment-confirmed';
const queue = new Queue(name, { connection, prefix });
const ids = list.split(',').filter(Boolean);

for (let index = Number(from); index < Number(to); index += 1) {
  const orderId = ids[index] ?? `sale-${index}`;
  const payload =
    what === 'orders'
      ? { orderId, lines: [{ goodsId: 7, quantity: 1 }], holdSeconds: Number(holdSeconds) }
      : { orderId, paymentId: `paid-${orderId}` };
  await queue.add(name, payload);
  await queue.add(name, payload);
}
await queue.close();
connection.disconnect();
process.disconnect?.();
