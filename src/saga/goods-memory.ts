import type { Line } from '../orders/index.ts';
import type { SagaEvent } from './event.ts';

const REMEMBERED_MAX = 50_000;

/**
 * What this process has lately seen: which goods an order wants, and how many units of a goods id
 * were left. Only ever a hint, to save a read or a lock; the transaction reads everything again.
 */
export class GoodsMemory {
  private readonly lines = new Map<string, readonly Line[]>();
  private readonly available = new Map<number, number>();

  linesOf(orderId: string): readonly Line[] | undefined {
    return this.lines.get(orderId);
  }

  rememberLines(orderId: string, lines: readonly Line[]): void {
    remember(this.lines, orderId, lines);
  }

  forgetLines(orderId: string): void {
    this.lines.delete(orderId);
  }

  rememberAvailable(goodsId: number, available: number): void {
    remember(this.available, goodsId, available);
  }

  /** Is it likely that none of these events can move any goods? */
  foreseesNoMoves(events: readonly SagaEvent[]): boolean {
    return events.every((event) => {
      if (event.kind === 'reserve') return this.isShort(this.lines.get(event.orderId) ?? []);
      if (event.kind === 'sell') return this.isShort(event.lines);
      if (event.kind !== 'placed') return false;
      return event.reserveWithinMs === undefined || this.isShort(event.order.lines);
    });
  }

  private isShort(lines: readonly Line[]): boolean {
    return lines.some(
      ({ goodsId, quantity }) => (this.available.get(goodsId) ?? quantity) < quantity,
    );
  }
}

function remember<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= REMEMBERED_MAX) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
