import { Type } from 'typebox';
import { checkedBy, orderIdField } from '../shapes/index.ts';
import type { QueueContract } from './queue-contract.ts';

export const PRE_DEDUCT_MAX = 1000;

const checkEnvelope = checkedBy(
  Type.Object(
    {
      orderIds: Type.Array(Type.Unknown(), {
        minItems: 1,
        maxItems: PRE_DEDUCT_MAX,
        description: `a list of 1 to ${PRE_DEDUCT_MAX} order ids`,
      }),
    },
    { description: 'an object { orderIds: [..] }' },
  ),
);

export const preDeduct: QueueContract<string> = {
  queue: 'pre-deduct',
  entries: (payload) => checkEnvelope(payload).orderIds,
  entry: checkedBy(orderIdField),
};
