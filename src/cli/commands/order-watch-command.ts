import { AppError, isRetryable, messageOf, pause } from '../../kernel/index.ts';
import { orderIdField } from '../../shapes/index.ts';
import type { Database } from '../../mysql/index.ts';
import type { OrderState } from '../../orders/index.ts';
import { checkedGiven } from '../given.ts';
import { orderText } from '../order-text.ts';
import type { Plan } from '../plan.ts';
import type { Session } from '../command-session.ts';

const PERIOD_MS = 300;
const FINAL: ReadonlySet<OrderState> = new Set([
  'paid',
  'expired',
  'cancelled',
  'rejected',
  'returned',
]);

export const orderWatch: Plan = {
  name: 'watch',
  takes: '<orderId>',
  summary: 'Follow an order until it is decided for good',
  more: 'Ends when it is paid, expired, cancelled, rejected or returned; Ctrl-C ends it before.',
  examples: ['holdfast order watch order-1', 'holdfast order watch order-1 --json'],
  act: async (session, [given]) => {
    const { orderId } = checkedGiven({ orderId: orderIdField }, {}, { orderId: given });
    const database = await session.database();
    const interrupted = new AbortController();
    const stop = () => interrupted.abort();
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    try {
      await follow(session, database, orderId, interrupted.signal);
    } finally {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    }
    const { readOrder } = await import('../../saga/index.ts');
    const order = await readOrder(database, orderId);
    if (order) session.print(order, () => orderText(order));
    if (interrupted.signal.aborted) session.exitCode = 1;
  },
};

async function follow(
  session: Session,
  database: Database,
  orderId: string,
  signal: AbortSignal,
): Promise<void> {
  const { readOrderState } = await import('../../orders/index.ts');
  let last: OrderState | null = null;
  while (!signal.aborted) {
    const state = await readOrderState(database, orderId).catch((error: unknown) => {
      if (last === null || !isRetryable(error)) throw error;
      session.say(`holdfast: ${messageOf(error)}; trying again`);
      return last;
    });
    if (state === null) throw new AppError('unknown-order', `there is no order ${orderId}`);
    if (state !== last) session.say(`${orderId}: ${state}`);
    last = state;
    if (FINAL.has(state)) return;
    await pause(PERIOD_MS, signal);
  }
}
