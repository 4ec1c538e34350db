import { QUEUE_NAMES, type QueueName } from './queue-contract.ts';

export interface ReplayJob {
  readonly queue: QueueName;
  readonly payload: unknown;
}

/** What a dead letter kept of what it buried. */
export interface BuriedJob {
  /** A queue's name, or the kind of an event. */
  readonly source: string;
  readonly payload: unknown;
}

/**
 * The job that says again what a dead letter said. One that was buried as an event gets the
 * payload its queue wants; null for what no queue carries, and for payloads that were cut.
 */
export function replayJobOf({ source, payload }: BuriedJob): ReplayJob | null {
  const fields = (typeof payload === 'object' && payload !== null ? payload : {}) as Readonly<
    Record<string, unknown>
  >;
  if (Object.hasOwn(fields, 'cut')) return null;
  const queue = QUEUE_NAMES.find((name) => name === source);
  // An entry of a pre-deduct envelope is an order id alone, and the queue takes envelopes.
  if (queue === 'pre-deduct' && typeof payload === 'string') {
    return { queue, payload: { orderIds: [payload] } };
  }
  if (queue) return { queue, payload };
  switch (source) {
    case 'placed':
      return { queue: 'order-placed', payload: fields['order'] };
    case 'reserve':
      return { queue: 'pre-deduct', payload: { orderIds: [fields['orderId']] } };
    case 'payment': {
      const { paidAtMs, ...payment } = fields['payment'] as { paidAtMs?: number };
      const paidAt = paidAtMs === undefined ? {} : { paidAt: paidAtMs };
      return { queue: 'payment-confirmed', payload: { ...payment, ...paidAt } };
    }
    default:
      return null;
  }
}
