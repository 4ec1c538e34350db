import type { Order, OrderLine } from './order.ts';

/** Some units of an order, to be cancelled before it is paid, or come back after. */
export interface Part {
  readonly goodsId: number;
  readonly quantity: number;
  /** Came back in a state in which nobody can buy them. */
  readonly damaged?: boolean;
}

export type PartVerb = 'cancel' | 'return';

/** What was asked for under an id, so that it happens once however often it is asked. */
export interface PartRequest {
  readonly orderId: string;
  readonly verb: PartVerb;
  readonly requestId: string;
  readonly parts: readonly Part[];
}

/** How many units of a line the order still wants. */
export function wantedOf({ quantity, cancelled = 0 }: OrderLine): number {
  return quantity - cancelled;
}

/** How many units of a line are with the buyer, once it is paid. */
export function keptOf(line: OrderLine): number {
  return wantedOf(line) - (line.returned ?? 0);
}

/** Parts of the same goods in the same state are one part; in order of goods id. */
export function summedParts(parts: readonly Part[]): readonly Part[] {
  const sums = new Map<string, Part>();
  for (const { goodsId, quantity, damaged = false } of parts) {
    const key = `${goodsId} ${damaged}`;
    const sum = (sums.get(key)?.quantity ?? 0) + quantity;
    sums.set(key, { goodsId, quantity: sum, ...(damaged ? { damaged } : {}) });
  }
  return [...sums.values()].toSorted(
    (one, other) => one.goodsId - other.goodsId || Number(!!one.damaged) - Number(!!other.damaged),
  );
}

export function sameParts(known: readonly Part[], asked: readonly Part[]): boolean {
  return JSON.stringify(summedParts(known)) === JSON.stringify(summedParts(asked));
}

/** Units by goods id, whatever state they are in. */
export function unitsOf(parts: readonly Part[]): ReadonlyMap<number, number> {
  const units = new Map<number, number>();
  for (const { goodsId, quantity } of parts) {
    units.set(goodsId, (units.get(goodsId) ?? 0) + quantity);
  }
  return units;
}

/** The lines after parts of them have been cancelled or have come back. */
export function linesWithout(
  { lines }: Order,
  verb: PartVerb,
  parts: readonly Part[],
): readonly OrderLine[] {
  const units = unitsOf(parts);
  const counter = verb === 'cancel' ? 'cancelled' : 'returned';
  return lines.map((line) => {
    const taken = units.get(line.goodsId) ?? 0;
    return taken === 0 ? line : { ...line, [counter]: (line[counter] ?? 0) + taken };
  });
}
