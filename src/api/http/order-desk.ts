import { AppError, pause } from '../../kernel/index.ts';
import type { PlacedOrder } from '../../queues/index.ts';
import type { Advanced, OrderOutcome, Saga, SagaEvent } from '../../saga/index.ts';
import { VIA } from './http-parts.ts';
import { type Answer, answerOf } from './place-order.ts';

/** Orders that are taken in and not yet decided, or kept for later, all at once: some 20 MB. */
const IN_HAND_MAX = 20_000;

/** How long an order may lie here and not in the database because others have its goods. */
const GOODS_PATIENCE_MS = 1000;

/** Takes orders in, as many as there is room for, and sees to it that nobody waits too long. */
export class OrderDesk {
  private readonly saga: Pick<Saga, 'advanceAll'>;
  private readonly waits = new Set<AbortController>();
  private inHand = 0;
  private isStopping = false;

  constructor(saga: Pick<Saga, 'advanceAll'>) {
    this.saga = saga;
  }

  /**
   * Places orders, and when somebody waits decides them here and now: then no job carries them,
   * and the answer comes as soon as the transaction has. Those whose goods others have locked are
   * only placed, and decided when the goods are free. Whoever else is deciding the same order at
   * this moment is no matter, since the second to come is told how it stands.
   */
  async place(orders: readonly PlacedOrder[], waitMs: number): Promise<readonly Answer[]> {
    this.admit(orders.length);
    const isWaitedFor = waitMs > 0;
    const wait = this.beginWait(waitMs);
    let decided: readonly Promise<Advanced>[] = [];
    try {
      const placed = await this.saga.advanceAll(orders.map((order) => placing(order, waitMs)));
      if (!isWaitedFor) return placed.map((one) => answerOf(one, false));
      decided = placed.map((one) => this.decide(one));
      const answers = await Promise.all(
        placed.map((one, at) => Promise.race([decided[at] ?? one, wait.over.then(() => one)])),
      );
      return answers.map((one) => answerOf(one, true));
    } finally {
      wait.end();
      // A wait that ends leaves the work behind; it is in hand until it is done.
      void Promise.allSettled(decided).then(() => {
        this.inHand -= orders.length;
      });
    }
  }

  /** Whoever waits is told how things stand now; they are kept, and decided later. */
  stopWaiting(): void {
    this.isStopping = true;
    for (const wait of this.waits) wait.abort();
  }

  private admit(count: number): void {
    if (this.inHand + count > IN_HAND_MAX) {
      throw new AppError('overloaded', `${this.inHand} orders are in hand`, { retryable: true });
    }
    this.inHand += count;
  }

  /** What cannot be decided now is decided later by a sweep; the order itself is kept already. */
  private async decide(placed: Advanced): Promise<Advanced> {
    if (!isUndecided(placed)) return placed;
    const { orderId } = placed.outcome;
    const [reserved] = await this.saga.advanceAll([{ kind: 'reserve', orderId, via: VIA }]);
    return reserved && !('error' in reserved) ? reserved : placed;
  }

  private beginWait(waitMs: number): { readonly over: Promise<unknown>; readonly end: () => void } {
    const wait = new AbortController();
    if (this.isStopping) wait.abort();
    this.waits.add(wait);
    const end = (): void => {
      this.waits.delete(wait);
      wait.abort();
    };
    return { over: pause(waitMs, wait.signal), end };
  }
}

function placing(order: PlacedOrder, waitMs: number): SagaEvent {
  if (waitMs === 0) return { kind: 'placed', order, via: VIA };
  const reserveWithinMs = Math.min(waitMs / 2, GOODS_PATIENCE_MS);
  return { kind: 'placed', order, followedUp: true, reserveWithinMs, via: VIA };
}

function isUndecided(one: Advanced): one is { readonly outcome: OrderOutcome } {
  if ('error' in one || !('orderId' in one.outcome)) return false;
  return one.outcome.state === 'placed' && one.outcome.change !== 'refused';
}
