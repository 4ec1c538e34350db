import { type Static, Type } from 'typebox';
import { AppError } from '../kernel/index.ts';
import {
  amountField,
  buyerIdField,
  checkedBy,
  currencyField,
  goodsIdField,
  holdSecondsField,
  orderIdField,
  quantityField,
} from '../shapes/index.ts';
import { oneOrEnvelope, type QueueContract } from './queue-contract.ts';

const lineShape = Type.Object(
  { goodsId: goodsIdField, quantity: quantityField },
  { description: 'a line { goodsId, quantity }' },
);

/** An order as somebody asks for it; every door takes this shape. */
export const orderShape = Type.Object(
  {
    orderId: orderIdField,
    lines: Type.Array(lineShape, {
      minItems: 1,
      maxItems: 100,
      description: 'a list of 1 to 100 lines { goodsId, quantity }',
    }),
    buyerId: Type.Optional(buyerIdField),
    holdSeconds: Type.Optional(holdSecondsField),
    amount: Type.Optional(amountField),
    currency: Type.Optional(currencyField),
    metadata: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'an object of up to 4096 characters of JSON',
      }),
    ),
  },
  { description: 'an order { orderId, lines, .. }' },
);

export type PlacedOrder = Static<typeof orderShape>;

const METADATA_MAX = 4096;
const check = checkedBy(orderShape);

/** Keeps only the known fields: a newer producer may send more, and nothing else gets in. */
function orderEntry(value: unknown): PlacedOrder {
  const { orderId, lines, buyerId, holdSeconds, amount, currency, metadata } = check(value);
  const size = metadata === undefined ? 0 : JSON.stringify(metadata).length;
  if (size > METADATA_MAX) {
    throw new AppError(
      'invalid-input',
      `metadata is ${size} characters of JSON, allowed is an object of up to ${METADATA_MAX}`,
      { details: { field: 'metadata', size } },
    );
  }
  return {
    orderId,
    lines: lines.map(({ goodsId, quantity }) => ({ goodsId, quantity })),
    ...(buyerId === undefined ? {} : { buyerId }),
    ...(holdSeconds === undefined ? {} : { holdSeconds }),
    ...(amount === undefined ? {} : { amount }),
    ...(currency === undefined ? {} : { currency }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

export const orderPlaced: QueueContract<PlacedOrder> = {
  queue: 'order-placed',
  entries: oneOrEnvelope('orders'),
  entry: orderEntry,
};
