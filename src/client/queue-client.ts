import { Gate, type Random } from '../kernel/index.ts';
import type { Calls } from './calls.ts';
import type { QueueClient } from './client.ts';
import type { Limits, QueueAccess } from './client-options.ts';
import { type Carry, Envelopes } from './envelopes.ts';
import { HoldfastError } from './holdfast-error.ts';
import type { QueueLine, QueueName } from './queue-line.ts';
import type { Life } from './life.ts';
import type { Tried } from './tried.ts';
import { writtenJson } from './written-json.ts';

const ENVELOPE_BYTES = 400_000;

export interface QueueClientParts {
  readonly access: QueueAccess;
  readonly limits: Limits;
  readonly calls: Calls;
  readonly random: Random;
}

type QueueWrites = Pick<QueueClient, 'place' | 'confirmPayment' | 'close'>;

/** What can be done without an answer. A job that is added twice does no harm. */
export function queueWrites({ access, limits, calls, random }: QueueClientParts): QueueWrites {
  let opened: Promise<QueueLine> | undefined;
  // Loaded here and not before: a client over HTTP must not carry a queue library along.
  const line = async (): Promise<QueueLine> => {
    opened ??= import('./queue-line.ts').then(({ openQueueLine }) => openQueueLine(access));
    return await opened;
  };
  const bounds = { ...limits, maxBytes: ENVELOPE_BYTES };
  const gate = new Gate(limits.maxRequests);
  const carry: Carry<object, true> = async (passengers, queue) => {
    const open = await line();
    const failed = await open.add(
      queue as QueueName,
      passengers.map(({ item }) => item),
      limits.attemptMs,
    );
    const chance = random();
    return passengers.map(() => (failed ? { failed, chance } : { done: true }));
  };
  const envelopes = new Envelopes<object, true>(bounds, gate, carry);
  const send = async (queue: QueueName, item: object, life: Life): Promise<Tried<true>> => {
    const wrong = (await line()).problemOf(queue, item);
    if (wrong) return { failed: wrong, chance: 0 };
    return await envelopes.send(queue, {
      item,
      bytes: Buffer.byteLength(writtenJson(queue, item)),
      life,
    });
  };
  return {
    place: async (order, { waitMs = 0, ...choices } = {}) => {
      if (waitMs > 0) throw noWaiting();
      await calls.make(choices, (life) => send('order-placed', order, life));
      return { orderId: order.orderId, state: 'sent' };
    },
    confirmPayment: async (payment, choices = {}) => {
      await calls.make(choices, (life) => send('payment-confirmed', payment, life));
      return { orderId: payment.orderId, paymentId: payment.paymentId, state: 'sent' };
    },
    close: async () => {
      await calls.close();
      const open = await opened?.catch(() => null); // whoever called was told why it failed
      await open?.close();
    },
  };
}

function noWaiting(): HoldfastError {
  return new HoldfastError(
    'not-over-queues',
    'waitMs needs an answer, and a queue gives none: use waitFor, or place over HTTP alone',
    { details: { call: 'place' } },
  );
}
