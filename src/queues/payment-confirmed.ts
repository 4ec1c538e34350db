import { type Static, Type } from 'typebox';
import { millisOfIso } from '../kernel/index.ts';
import {
  amountField,
  checkedBy,
  currencyField,
  orderIdField,
  paymentIdField,
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
export interface ConfirmedPayment extends Omit<Static<typeof paymentShape>, 'paidAt'> {
  readonly paidAtMs?: number;
}

const check = checkedBy(paymentShape);

function paymentEntry(value: unknown): ConfirmedPayment {
  const { orderId, paymentId, amount, currency, paidAt } = check(value);
  return {
    orderId,
    paymentId,
    ...(amount === undefined ? {} : { amount }),
    ...(currency === undefined ? {} : { currency }),
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
