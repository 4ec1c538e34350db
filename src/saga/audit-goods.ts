import { type Balance, imbalanceOf } from '../stock/index.ts';
import type { Difference, Units } from './audit-report.ts';
import type { LedgerOpening, LedgerPart, OrderedUnits } from './audit-store.ts';

/** What the whole ledger says of one goods id, every movement counted anew. */
export interface LedgerSums extends Units {
  readonly movements: number;
  readonly gaps: number;
  readonly lastVersion: number;
  readonly fenceFalls: boolean;
  readonly highestFence: bigint;
  readonly returned: number;
}

export const NO_LEDGER: LedgerSums = {
  available: 0,
  held: 0,
  sold: 0,
  received: 0,
  movements: 0,
  gaps: 0,
  lastVersion: 0,
  fenceFalls: false,
  highestFence: 0n,
  returned: 0,
};

/** What there is to go on from when the oldest movements have been archived. */
export function openedWith({
  goodsId: _goods,
  version,
  fence,
  ...units
}: LedgerOpening): LedgerSums {
  return { ...NO_LEDGER, ...units, lastVersion: version, highestFence: fence };
}

/** The sums up to here, and the next part: between them numbers go on and fences do not fall. */
export function joined(sums: LedgerSums, part: LedgerPart, fallsWithin: boolean): LedgerSums {
  const { highestFence } = sums;
  return {
    available: sums.available + part.available,
    held: sums.held + part.held,
    sold: sums.sold + part.sold,
    received: sums.received + part.received,
    returned: sums.returned + part.returned,
    movements: sums.movements + part.movements,
    gaps: sums.gaps + part.gaps + (part.firstVersion === sums.lastVersion + 1 ? 0 : 1),
    lastVersion: part.lastVersion,
    fenceFalls: sums.fenceFalls || fallsWithin || (part.lowestFence ?? highestFence) < highestFence,
    highestFence: larger(highestFence, part.highestFence ?? highestFence),
  };
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

export interface GoodsFacts {
  readonly goodsId: number;
  readonly stock: Balance | undefined;
  readonly ledger: LedgerSums | undefined;
  readonly ordered: Pick<OrderedUnits, 'held' | 'sold'> | undefined;
}

const PLACES = ['available', 'held', 'sold', 'received'] as const;

/** Holds what the stock row says against the ledger, and both against the orders. */
export function goodsDifferences(facts: GoodsFacts): Difference[] {
  const { goodsId, stock, ledger = NO_LEDGER, ordered = { held: 0, sold: 0 } } = facts;
  const name = `goods ${goodsId}`;
  const found: Difference[] = [];
  const compare = (check: string, expected: number, actual: number, text: string): void => {
    if (expected === actual) return;
    found.push({ check, goodsId, expected, found: actual, text: `${name}: ${text}` });
  };
  compare('ledger-versions', 0, ledger.gaps, 'movements whose numbers leave a gap or repeat');
  if (ledger.fenceFalls) {
    const text = `${name}: a movement was written under a lower fence than one before it`;
    found.push({ check: 'fence-order', goodsId, expected: 'never lower', found: 'lower', text });
  }
  const sold = ordered.sold - ledger.returned;
  if (!stock) {
    const owed = ledger.lastVersion + ordered.held + ordered.sold;
    compare('stock-missing', owed, 0, 'movements or orders speak of it, and it has no stock row');
    return found;
  }
  found.push(...rowDifferences(stock, name));
  for (const place of PLACES) {
    compare(
      'ledger-balance',
      ledger[place],
      stock[place],
      `${place} is not what the ledger sums to`,
    );
  }
  compare('stock-version', ledger.lastVersion, stock.version, 'version is not its last movement');
  compare('held-orders', ordered.held, stock.held, 'held is not what reserved orders ask for');
  compare(
    'sold-orders',
    sold,
    stock.sold,
    'sold is not what paid orders took, less what came back',
  );
  if (stock.fence < ledger.highestFence) {
    found.push({
      check: 'stock-fence',
      goodsId,
      expected: `at least ${ledger.highestFence}`,
      found: String(stock.fence),
      text: `${name}: its fence is lower than that of one of its movements`,
    });
  }
  return found;
}

/** What the row says against itself. */
function rowDifferences(stock: Balance, name: string): Difference[] {
  const { goodsId, available, held, sold, received } = stock;
  const sum = available + held + sold;
  const negative = PLACES.filter((place) => stock[place] < 0);
  const text = `${name}: ${imbalanceOf(stock)}`;
  return [
    ...(sum === received
      ? []
      : [{ check: 'stock-adds-up', goodsId, expected: received, found: sum, text }]),
    ...negative.map((place) => ({
      check: 'stock-negative',
      goodsId,
      expected: 'at least 0',
      found: stock[place],
      text: `${name}: ${place} is negative`,
    })),
  ];
}
