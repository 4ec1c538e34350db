import type { MovementRow, StockRow } from '../database-dump.ts';
import { type Broken, type Evidence, groupBy } from './verdict.ts';

export interface Places {
  readonly available: number;
  readonly held: number;
  readonly sold: number;
}

const NOTHING: Places = { available: 0, held: 0, sold: 0 };

export function after({ available, held, sold }: Places, move: MovementRow): Places {
  const { kind, quantity } = move;
  switch (kind) {
    case 'restock':
      return { available: available + quantity, held, sold };
    case 'reserve':
      return { available: available - quantity, held: held + quantity, sold };
    case 'release':
      return { available: available + quantity, held: held - quantity, sold };
    case 'settle':
      return { available, held: held - quantity, sold: sold + quantity };
    case 'return':
      return { available: available + quantity, held, sold: sold - quantity };
  }
}

/** What there was for sale at each version of each goods id. */
export function availableAt(moves: readonly MovementRow[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [goodsId, all] of groupBy(moves, (move) => move.goodsId)) {
    let places = NOTHING;
    for (const move of all) {
      places = after(places, move);
      found.set(`${goodsId}/${move.version}`, places.available);
    }
  }
  return found;
}

/** S5, S16, S18: the ledger told anew gives the stock, without a gap, and fences never fall. */
export function checkLedger({ dump }: Evidence): Broken[] {
  const ledgers = groupBy(dump.movements, ({ goodsId }) => goodsId);
  const rows = new Map(dump.stock.map((row) => [row.goodsId, row]));
  return [...new Set([...ledgers.keys(), ...rows.keys()])].flatMap((goodsId) =>
    checkGoods(goodsId, rows.get(goodsId), ledgers.get(goodsId) ?? []),
  );
}

function checkGoods(
  goodsId: number,
  row: StockRow | undefined,
  moves: readonly MovementRow[],
): Broken[] {
  const broken: Broken[] = [];
  const name = `goods ${goodsId}`;
  let places = NOTHING;
  let fence = 0;
  for (const [index, move] of moves.entries()) {
    if (move.version !== index + 1) {
      broken.push({
        id: 'S16',
        what: `${name}: movement ${index + 1} is numbered ${move.version}`,
      });
      break;
    }
    places = after(places, move);
    if (Math.min(places.available, places.held, places.sold) < 0) {
      broken.push({ id: 'S5', what: `${name} falls below nothing at version ${move.version}` });
    }
    if (move.fence === null) continue;
    if (move.fence < fence) {
      const what = `${name} version ${move.version}: fence ${move.fence} after ${fence}`;
      broken.push({ id: 'S18', what });
    }
    fence = Math.max(fence, move.fence);
  }
  const { available, held, sold } = places;
  if (row?.version !== moves.length) {
    broken.push({ id: 'S16', what: `${name} is at ${row?.version}, movements: ${moves.length}` });
  }
  if (row && (row.available !== available || row.held !== held || row.sold !== sold)) {
    broken.push({ id: 'S5', what: `${name}: its ledger gives ${available}, ${held}, ${sold}` });
  }
  if (row && row.fence < fence) broken.push({ id: 'S18', what: `${name}: its row forgot a fence` });
  return broken;
}
