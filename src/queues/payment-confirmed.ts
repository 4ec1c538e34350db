import { type Static, Type } from 'typebox';
import { millisOfIso } from '../kernel/index.ts';
import {
  amountField,
  checkedBy,
  currencyField,
  goodsIdField,
  orderIdField,
  paymentIdField,
  quantityField,
} from '../shapes/index.ts';
import { oneOrEnvelope, type QueueContract } from './queue-contract.ts';

const YEAR_9999_MS = 253_402_300_799_999;

/** A payment as somebody tells of it; every door takes this shape. */
export const paymentShape = Type.Object(
  {
    orderId: orderIdField,
    paymentId: paymentIdField,
    amount: Type.Optional(amountField),
    currency: Type.Optional(currencyField),
    lines: Type.Optional(
      Type.Array(
        Type.Object(
          { goodsId: goodsIdField, quantity: quantityField },
          { description: 'a line { goodsId, quantity }' },
        ),
        {
          minItems: 1,
          maxItems: 100,
          description: 'a list of 1 to 100 lines { goodsId, quantity }',
        },
      ),
    ),
    paidAt: Type.Optional(
      Type.Union(
        [
          Type.Integer({ minimum: 0, maximum: YEAR_9999_MS }),
          Type.String({
            pattern:
              '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+-]\\d\\d:\\d\\d)$',
          }),
        ],
        { description: 'milliseconds since 1970, or a time such as 2026-11-20T12:00:00Z' },
      ),
    ),
  },
  { description: 'a payment { orderId, paymentId, .. }' },
);

/** A payment as the rest of Holdfast knows it. */
export interface ConfirmedPayment extends Omit<Static<typeof paymentShape>, 'paidAt' | 'lines'> {
  readonly lines?: readonly { readonly goodsId: number; readonly quantity: number }[];
  readonly paidAtMs?: number;
}

const check = checkedBy(paymentShape);

function paymentEntry(value: unknown): ConfirmedPayment {
  const { orderId, paymentId, amount, currency, lines, paidAt } = check(value);
  return {
    orderId,
    paymentId,
    ...(amount === undefined ? {} : { amount }),
    ...(currency === undefined ? {} : { currency }),
    ...(lines === undefined ? {} : { lines }),
    ...(paidAt === undefined
      ? {}
      : { paidAtMs: typeof paidAt === 'number' ? paidAt : millisOfIso(paidAt, 'paidAt') }),
  };
}

export const paymentConfirmed: QueueContract<ConfirmedPayment> = {
  queue: 'payment-confirmed',
  entries: oneOrEnvelope('payments'),
  entry: paymentEntry,
};
