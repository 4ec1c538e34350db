import { AssertionError, assert } from '../kernel/index.ts';
import { type Keeping, sideAfter, sideOf, UNKEPT } from './keeping.ts';

/** Where the units of one goods id are. `available + held + sold = received`, always. */
export interface Balance {
  readonly goodsId: number;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  readonly received: number;
  /** How many movements there have been; each adds one. */
  readonly version: number;
  /** The highest lock number this row was ever written under. */
  readonly fence: bigint;
  readonly keeping: Keeping;
}

/**
 * - restock: units arrive (or, when negative, are found missing)
 * - reserve: available -> held
 * - release: held -> available
 * - settle: held -> sold
 * - return: sold -> available
 */
export type MovementKind = 'restock' | 'reserve' | 'release' | 'settle' | 'return';

type Change = Pick<Balance, 'available' | 'held' | 'sold' | 'received'>;

const PER_UNIT: Readonly<Record<MovementKind, Change>> = {
  restock: { available: 1, held: 0, sold: 0, received: 1 },
  reserve: { available: -1, held: 1, sold: 0, received: 0 },
  release: { available: 1, held: -1, sold: 0, received: 0 },
  settle: { available: 0, held: -1, sold: 1, received: 0 },
  return: { available: 1, held: 0, sold: -1, received: 0 },
};

/** The balance after one movement. To ask for what is not there is a mistake of the caller. */
export function moved(balance: Balance, kind: MovementKind, quantity: number): Balance {
  assert(
    Number.isSafeInteger(quantity) && quantity !== 0,
    () => `quantity ${quantity} of a movement`,
  );
  assert(quantity > 0 || kind === 'restock', () => `only a restock can be negative, not ${kind}`);
  const change = PER_UNIT[kind];
  const next: Balance = {
    ...balance,
    available: balance.available + change.available * quantity,
    held: balance.held + change.held * quantity,
    sold: balance.sold + change.sold * quantity,
    received: balance.received + change.received * quantity,
    version: balance.version + 1,
  };
  const problem = imbalanceOf(next);
  if (problem)
    throw new AssertionError(`${kind} ${quantity} of goods ${balance.goodsId}: ${problem}`);
  return next;
}

/** Says what is wrong with a balance, or null. */
export function imbalanceOf({ available, held, sold, received }: Change): string | null {
  if (available < 0) return `available would be ${available}`;
  if (held < 0) return `held would be ${held}`;
  if (sold < 0) return `sold would be ${sold}`;
  if (available + held + sold !== received) {
    return `${available} available + ${held} held + ${sold} sold is not ${received} received`;
  }
  return null;
}

export function emptyBalance(goodsId: number): Balance {
  const none = { available: 0, held: 0, sold: 0, received: 0 };
  return { goodsId, ...none, version: 0, fence: 0n, keeping: UNKEPT };
}

/** A balance as it is left, with the side of its lines that it has come to. */
export function sided(before: Balance, after: Balance): Balance {
  const side = sideAfter(sideOf(before), after);
  return side === after.keeping.side ? after : { ...after, keeping: { ...after.keeping, side } };
}
