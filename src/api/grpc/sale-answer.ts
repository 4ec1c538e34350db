import { status } from '@grpc/grpc-js';
import type { OrderOutcome } from '../../saga/index.ts';
import { type Answer, refused } from './grpc-answer.ts';

export type Nothing = Readonly<Record<string, never>>;
export const DONE: { readonly value: Nothing } = { value: {} };

/** What became of a sale, as a status; each is final for its orderSn. */
export function saleAnswer(outcome: OrderOutcome): Answer<Nothing> {
  const { orderId, state, change, code, message } = outcome;
  if (change === 'refused') {
    return refused(code ?? 'order-conflict', status.ALREADY_EXISTS, message ?? 'refused');
  }
  if (state === 'paid') return DONE;
  if (state !== 'rejected') {
    const text = `order ${orderId} is ${state}; sell under another orderSn`;
    return refused('order-over', status.FAILED_PRECONDITION, text);
  }
  const text = `order ${orderId} is rejected: ${shortText(outcome)}`;
  return outcome.reason === 'unknown-goods'
    ? refused('unknown-goods', status.INVALID_ARGUMENT, text)
    : refused('sold-out', status.RESOURCE_EXHAUSTED, text);
}

const NAMED_MAX = 5;

/** Some clients take no more than 8 kB of this. */
function shortText({ short = [] }: OrderOutcome): string {
  const named = short
    .slice(0, NAMED_MAX)
    .map(({ goodsId, requested, available }) => `goods ${goodsId}: ${available} of ${requested}`);
  const more = short.length > NAMED_MAX ? [`${short.length - NAMED_MAX} more`] : [];
  return `${[...named, ...more].join(', ')} available`;
}
