import { type Adjustment, type Balance, emptyBalance, moved } from '../stock/index.ts';
import type { Decision, View } from './decision.ts';
import { answer, refused } from './stock-answers.ts';
import type { UnitsEvent } from './event.ts';

const RECEIVED_MAX = 1_000_000_000_000;

/** Units arrive, are found missing, or are counted anew. What is held or sold stays so. */
export function decideStock(
  event: UnitsEvent,
  view: Pick<View, 'adjustment' | 'balanceOf'>,
): Decision {
  const { goodsId } = event;
  const balance = view.balanceOf(goodsId) ?? emptyBalance(goodsId);
  const known = view.adjustment;
  if (known) {
    return isSame(known, event)
      ? repeated(balance)
      : refused(
          'idempotency-conflict',
          'this idempotency key was used for another change',
          balance,
        );
  }
  if (
    event.kind !== 'stock-adjust' &&
    (event.expectedVersion ?? balance.version) !== balance.version
  ) {
    return refused(
      'version-conflict',
      `goods ${goodsId} is at version ${balance.version}, expected was ${event.expectedVersion}`,
      balance,
    );
  }
  if (event.kind === 'stock-count' && event.onHand < balance.held) {
    return refused(
      'stock-below-held',
      `goods ${goodsId}: ${event.onHand} counted, and orders hold ${balance.held}`,
      balance,
    );
  }
  const delta = deltaOf(event, balance);
  if (delta === 0) return unmoved(event, balance);
  if (balance.available + delta < 0) {
    return refused(
      'stock-below-zero',
      `goods ${goodsId}: asked to take away ${-delta}, ${balance.available} available`,
      balance,
    );
  }
  if (balance.received + delta > RECEIVED_MAX) {
    return refused(
      'stock-too-large',
      `goods ${goodsId}: ${balance.received + delta} received, allowed is up to ${RECEIVED_MAX}`,
      balance,
    );
  }
  return restocked(event, balance, delta);
}

function deltaOf(event: UnitsEvent, { available, held }: Balance): number {
  switch (event.kind) {
    case 'stock-set':
      return event.available - available;
    case 'stock-count':
      return event.onHand - held - available;
    case 'stock-adjust':
      return event.delta;
  }
}

function unmoved(event: UnitsEvent, balance: Balance): Decision {
  const decision = answer('unchanged', balance);
  if (event.kind === 'stock-adjust' || event.isOnce !== true) return decision;
  const { goodsId, reason, idempotencyKey } = event;
  return { ...decision, unmoved: { idempotencyKey, goodsId, delta: 0, reason } };
}

function repeated(balance: Balance): Decision {
  const { goodsId } = balance;
  return { outcome: { goodsId, change: 'unchanged', balance, repeated: true } };
}

function restocked(event: UnitsEvent, balance: Balance, delta: number): Decision {
  const { goodsId, reason, idempotencyKey } = event;
  const adjustment: Adjustment = { idempotencyKey, goodsId, delta, reason };
  return {
    ...answer('changed', moved(balance, 'restock', delta)),
    moves: [{ kind: 'restock', goodsId, quantity: delta, adjustment }],
  };
}

function isSame(known: Adjustment, event: UnitsEvent): boolean {
  if (known.goodsId !== event.goodsId) return false;
  // A set names where to end, not by how much: the first time decided the difference.
  return event.kind !== 'stock-adjust' || known.delta === event.delta;
}
