import { sharedMs } from './shared-clock.ts';

/** What a worker tells of orders that have come to be reserved, and when each did. */
export interface Told {
  readonly type: 'reserved';
  readonly orderIds: readonly string[];
  readonly atMs: readonly number[];
}

export const TELL_MS = 5;

/** Keeps the moments in the worker's process, and tells the driver of them now and then. */
export class ToldOrders {
  private orderIds: string[] = [];
  private atMs: number[] = [];
  private telling: NodeJS.Timeout | undefined;
  private readonly listen: () => () => void;
  private forget: () => void = () => undefined;

  /** What has to be listened to is listened to only while somebody wants to know. */
  constructor(listen: () => () => void = () => () => undefined) {
    this.listen = listen;
  }

  add(orderId: string): void {
    if (this.telling === undefined) return;
    this.orderIds.push(orderId);
    this.atMs.push(sharedMs());
  }

  /** What the driver may ask of it. */
  answers(): Record<'watch' | 'unwatch', () => object> {
    return {
      watch: () => {
        this.forget = this.listen();
        this.telling = setInterval(() => this.tell(), TELL_MS);
        return {};
      },
      unwatch: () => {
        this.stop();
        return {};
      },
    };
  }

  stop(): void {
    this.forget();
    clearInterval(this.telling);
    this.telling = undefined;
  }

  private tell(): void {
    if (this.orderIds.length === 0) return;
    const told: Told = { type: 'reserved', orderIds: this.orderIds, atMs: this.atMs };
    process.send?.(told);
    this.orderIds = [];
    this.atMs = [];
  }
}
