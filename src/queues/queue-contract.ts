import { AppError } from '../kernel/index.ts';
import { checkedBy } from '../shapes/index.ts';
import { Type } from 'typebox';

/** The four queues. Each is one input of the saga; a test holds that each has its worker. */
export const QUEUE_NAMES = [
  'order-placed',
  'pre-deduct',
  'delayed-timeout',
  'payment-confirmed',
] as const;

export type QueueName = (typeof QUEUE_NAMES)[number];

/** What a queue carries: jobs of one name, whose payload is one entry or an envelope of them. */
export interface QueueContract<Entry> {
  readonly queue: QueueName;
  /** Opens the payload; a bad envelope is refused whole. */
  readonly entries: (payload: unknown) => readonly unknown[];
  /** Checks one entry; a bad one is refused alone. */
  readonly entry: (value: unknown) => Entry;
}

const ENVELOPE_MAX = 500;

/** A payload is one entry, or `{ [field]: [..] }` with up to 500 of them. */
export function oneOrEnvelope(field: string): (payload: unknown) => readonly unknown[] {
  const check = checkedBy(
    Type.Object({
      [field]: Type.Array(Type.Unknown(), {
        minItems: 1,
        maxItems: ENVELOPE_MAX,
        description: `a list of 1 to ${ENVELOPE_MAX}`,
      }),
    }),
  );
  return (payload) =>
    typeof payload === 'object' && payload !== null && Object.hasOwn(payload, field)
      ? ((check(payload) as Record<string, unknown[]>)[field] ?? [])
      : [payload];
}

/** A job must carry its queue's own name. */
export function assertJobName(queue: QueueName, name: string): void {
  if (name === queue) return;
  throw new AppError('unknown-job', `job name is ${JSON.stringify(name)}, allowed is ${queue}`, {
    details: { queue, name },
  });
}
