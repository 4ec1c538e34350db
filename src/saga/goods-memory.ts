import type { Line, OrderRequest } from '../orders/index.ts';
import { isStockEvent, orderIdOf, replacedBy, type SagaEvent } from './event.ts';

const GENERATION = 25_000;
const SMALL_LINES = 4;

/**
 * What this process has lately seen: which goods an order wants, and how many units of a goods id
 * were left. Only ever a hint, to save a read or a lock; the transaction reads everything again.
 */
export class GoodsMemory {
  private readonly lines = new Remembered<string, readonly Line[]>();
  private readonly forSale = new Remembered<number, number>();

  linesOf(orderId: string): readonly Line[] | undefined {
    return this.lines.get(orderId);
  }

  rememberLines(orderId: string, lines: readonly Line[]): void {
    this.lines.set(orderId, lines);
  }

  forgetLines(orderId: string): void {
    this.lines.delete(orderId);
  }

  rememberForSale(goodsId: number, forSale: number): void {
    this.forSale.set(goodsId, forSale);
  }

  /** Does it write little? Of these twice as many fit into what a server takes in one piece. */
  isSmall(event: SagaEvent): boolean {
    if (isStockEvent(event)) return true;
    if (event.kind === 'placed') return isSmallOrder(event.order);
    const lines = event.kind === 'sell' ? event.lines : this.lines.get(orderIdOf(event));
    return lines !== undefined && lines.length <= SMALL_LINES;
  }

  /** Is it likely that none of these events can move any goods? */
  foreseesNoMoves(events: readonly SagaEvent[]): boolean {
    return events.every((event) => {
      if (event.kind === 'reserve') return this.isShort(this.lines.get(event.orderId) ?? []);
      if (event.kind === 'sell') return this.isShort(event.lines);
      if (event.kind !== 'placed') return false;
      if (replacedBy(event) !== undefined) return false;
      return event.reserveWithinMs === undefined || this.isShort(event.order.lines);
    });
  }

  private isShort(lines: readonly Line[]): boolean {
    return lines.some(
      ({ goodsId, quantity }) => (this.forSale.get(goodsId) ?? quantity) < quantity,
    );
  }
}

function isSmallOrder({ lines, metadata }: OrderRequest): boolean {
  return lines.length <= SMALL_LINES && !metadata;
}

/**
 * The last so many keys, and up to as many that were set before them. To forget the oldest key
 * each time a new one comes would be exact and slow: a map that loses its first key over and over
 * has to step over all that it has lost.
 */
class Remembered<Key, Value> {
  private young = new Map<Key, Value>();
  private old = new Map<Key, Value>();

  get(key: Key): Value | undefined {
    return this.young.get(key) ?? this.old.get(key);
  }

  set(key: Key, value: Value): void {
    this.young.set(key, value);
    if (this.young.size < GENERATION) return;
    this.old = this.young;
    this.young = new Map();
  }

  delete(key: Key): void {
    this.young.delete(key);
    this.old.delete(key);
  }
}
