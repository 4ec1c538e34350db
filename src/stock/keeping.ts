/** How the stock of one goods id is kept; an operator says so. */
export interface Keeping {
  /** So many units are never reserved by orders. */
  readonly safety: number;
  readonly thresholds: Thresholds | null;
  /** Where the goods were seen last; kept for goods with thresholds, computed for others. */
  readonly side: Side;
  /** How many changes of the keeping there have been. */
  readonly number: number;
}

/** Few are left at `lowAt`, and enough again at `backAt`, which is above it. */
export interface Thresholds {
  readonly lowAt: number;
  readonly backAt: number;
}

export type Side = 'fine' | 'low' | 'out';

/** A change of the keeping, as it is recorded. */
export interface KeepingChange {
  readonly goodsId: number;
  readonly keeping: Keeping;
  readonly actor: string;
  readonly reason: string;
}

interface Kept {
  readonly available: number;
  readonly version: number;
  readonly keeping: Keeping;
}

export const UNKEPT: Keeping = { safety: 0, thresholds: null, side: 'fine', number: 0 };

/** What orders can have. A safety stock above what is there leaves nothing, and takes nothing. */
export function forSaleOf({ available, keeping }: Pick<Kept, 'available' | 'keeping'>): number {
  return Math.max(0, available - keeping.safety);
}

/** On which side of its lines a balance was left. */
export function sideOf(balance: Kept): Side {
  return balance.keeping.thresholds ? balance.keeping.side : plainSideOf(balance);
}

/**
 * The side that a balance has come to from another: between the lines it stays where it was, and
 * what ran out is out until there are enough again, however many come and go below.
 */
export function sideAfter(before: Side, balance: Kept): Side {
  const { thresholds } = balance.keeping;
  if (!thresholds || balance.version === 0) return plainSideOf(balance);
  const forSale = forSaleOf(balance);
  if (forSale >= thresholds.backAt) return 'fine';
  if (isOut(balance)) return 'out';
  return forSale <= thresholds.lowAt && before === 'fine' ? 'low' : before;
}

/** Without thresholds there is one line, and how many there are says on which side. */
function plainSideOf(balance: Kept): Side {
  return isOut(balance) ? 'out' : 'fine';
}

/** Goods that have never been there have not run out. */
function isOut(balance: Kept): boolean {
  return balance.version > 0 && forSaleOf(balance) === 0;
}
