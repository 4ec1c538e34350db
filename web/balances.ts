import type { Movement, Stock } from './answers.ts';
import { msOf } from './reader-clock.ts';

export interface BalanceAt {
  readonly atMs: number;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
}

/** What each movement adds to: available, held, sold. */
const EFFECTS: Readonly<Record<string, readonly [number, number, number]>> = {
  restock: [1, 0, 0],
  reserve: [-1, 1, 0],
  release: [1, -1, 0],
  settle: [0, -1, 1],
  return: [1, 0, -1],
};

/**
 * The balances after each movement, the oldest first: from how they stand, the ledger is walked
 * backwards. A ledger that ran ahead of the balance that was read with it begins at its version.
 */
export function balancesBefore(
  stock: Pick<Stock, 'available' | 'held' | 'sold' | 'version'>,
  newestFirst: readonly Movement[],
): readonly BalanceAt[] {
  let { available, held, sold } = stock;
  const known: BalanceAt[] = [];
  for (const { version, kind, quantity, at } of newestFirst) {
    if (version > stock.version) continue;
    known.push({ atMs: msOf(at), available, held, sold });
    const [toAvailable, toHeld, toSold] = EFFECTS[kind] ?? [0, 0, 0];
    available -= toAvailable * quantity;
    held -= toHeld * quantity;
    sold -= toSold * quantity;
  }
  return known.toReversed();
}
