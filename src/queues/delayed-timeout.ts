import { type Static, Type } from 'typebox';
import { checkedBy } from '../shapes/index.ts';
import type { QueueContract } from './queue-contract.ts';

const alarmSchema = Type.Object(
  {
    dueAt: Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'milliseconds since 1970',
    }),
  },
  { description: 'an object { dueAt }' },
);

export type TimeoutAlarm = Static<typeof alarmSchema>;

export const delayedTimeout: QueueContract<TimeoutAlarm> = {
  queue: 'delayed-timeout',
  entries: (payload) => [payload],
  entry: checkedBy(alarmSchema),
};
