import { type Static, Type } from 'typebox';
import { AppError } from '../kernel/index.ts';
import {
  amountField,
  buyerIdField,
  checkedBy,
  currencyField,
  goodsIdField,
  holdSecondsField,
  keepingFault,
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
    replaces: Type.Optional(orderIdField),
    holdSeconds: Type.Optional(holdSecondsField),
    amount: Type.Optional(amountField),
    currency: Type.Optional(currencyField),
    metadata: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'an object of up to 4096 characters of JSON, up to 20 levels deep',
      }),
    ),
  },
  { description: 'an order { orderId, lines, .. }' },
);

export type PlacedOrder = Static<typeof orderShape>;

const METADATA_MAX = 4096;
/** MariaDB refuses JSON of more than 31 levels, and what carries metadata takes some of them. */
const METADATA_LEVELS = 20;
const check = checkedBy(orderShape);

/** Keeps only the known fields: a newer producer may send more, and nothing else gets in. */
function orderEntry(value: unknown): PlacedOrder {
  const { orderId, lines, buyerId, replaces, holdSeconds, amount, currency, metadata } =
    check(value);
  if (metadata !== undefined) assertKeepable(metadata);
  return {
    orderId,
    lines: lines.map(({ goodsId, quantity }) => ({ goodsId, quantity })),
    ...(buyerId === undefined ? {} : { buyerId }),
    ...(replaces === undefined ? {} : { replaces }),
    ...(holdSeconds === undefined ? {} : { holdSeconds }),
    ...(amount === undefined ? {} : { amount }),
    ...(currency === undefined ? {} : { currency }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function assertKeepable(metadata: Readonly<Record<string, unknown>>): void {
  const fault = keepingFault(metadata, METADATA_LEVELS);
  if (fault) {
    throw new AppError(
      'invalid-input',
      `metadata has ${fault}, allowed are ${METADATA_LEVELS} levels of plain JSON`,
      { details: { field: 'metadata', fault } },
    );
  }
  const size = JSON.stringify(metadata).length;
  if (size > METADATA_MAX) {
    throw new AppError(
      'invalid-input',
      `metadata is ${size} characters of JSON, allowed is an object of up to ${METADATA_MAX}`,
      { details: { field: 'metadata', size } },
    );
  }
}

export const orderPlaced: QueueContract<PlacedOrder> = {
  queue: 'order-placed',
  entries: oneOrEnvelope('orders'),
  entry: orderEntry,
};
