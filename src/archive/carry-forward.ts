import { type Balance, type MovementKind, moved } from '../stock/index.ts';

/** One movement, and whether the ledger can do without it. */
export interface OldMovement {
  readonly version: number;
  readonly kind: MovementKind;
  readonly quantity: number;
  readonly fence: string | null;
  /** It was written before that time. */
  readonly isOld: number;
  /** It belongs to no order, or to one that is through: no end of its hold is still to come. */
  readonly isThrough: number;
}

/** Where the ledger of one goods id begins. */
export interface Opening {
  readonly balance: Balance;
  readonly returned: number;
}

/**
 * The ledger goes from its beginning, as far as it is old and through, and never past a number
 * that is missing: what is left must go on where the opening ends. `moved` throws for movements
 * that do not add up, so books that are wrong are not carried anywhere.
 */
export function carriedOver<Row extends OldMovement>(
  opening: Opening,
  rows: readonly Row[],
): { readonly opening: Opening; readonly taken: readonly Row[] } {
  let { balance, returned } = opening;
  const taken: Row[] = [];
  for (const row of rows) {
    if (row.isOld !== 1 || row.isThrough !== 1 || row.version !== balance.version + 1) break;
    const fence = BigInt(row.fence ?? 0);
    balance = moved(balance, row.kind, row.quantity);
    balance = { ...balance, fence: fence > balance.fence ? fence : balance.fence };
    if (row.kind === 'return') returned += row.quantity;
    taken.push(row);
  }
  return { opening: { balance, returned }, taken };
}
