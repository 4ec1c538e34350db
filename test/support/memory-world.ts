import type { Notice } from '../../src/notices/index.ts';
import type {
  BuyerHold,
  BuyerHolds,
  KnownOrder,
  Order,
  PartRequest,
} from '../../src/orders/index.ts';
import type { Payment } from '../../src/payments/index.ts';
import type { Adjustment, Balance } from '../../src/stock/index.ts';
import { decide } from '../../src/saga/decide.ts';
import type { Rules } from '../../src/saga/decision.ts';
import { isStockEvent } from '../../src/saga/event.ts';
import type { Outcome, SagaEvent } from '../../src/saga/index.ts';
import { noticesAfter } from '../../src/saga/notices-after.ts';
import { type DecidedMove, type DecidedStep, World } from '../../src/saga/world.ts';
import { emptyBalance } from '../../src/stock/index.ts';
import { NOW } from './decide-fixture.ts';

/** A database in memory: batch after batch is decided over what the ones before it left. */
export class MemoryWorld {
  readonly orders = new Map<string, Order>();
  readonly balances = new Map<number, Balance>();
  readonly payments = new Map<string, Payment>();
  readonly adjustments = new Map<string, Adjustment>();
  readonly moves: DecidedMove[] = [];
  readonly steps: DecidedStep[] = [];
  readonly asked: PartRequest[] = [];
  readonly notices: Notice[] = [];
  private readonly rules: Rules;

  constructor(rules: Partial<Rules> = {}) {
    this.rules = { latePayment: 'reserve-again', holdSeconds: 900, ...rules };
  }

  /** Time stands still, except for orders that are said to be due. */
  batch(events: readonly SagaEvent[], due: ReadonlySet<string> = new Set()): Outcome[] {
    const world = this.load(due);
    for (const event of events) {
      if (!isStockEvent(event)) continue;
      if (!this.balances.has(event.goodsId)) {
        this.balances.set(event.goodsId, emptyBalance(event.goodsId));
        return this.batch(events, due);
      }
    }
    const outcomes = events.map((event) => {
      const decision = decide(event, world.viewOf(event));
      world.apply(decision, event.via);
      return decision.outcome;
    });
    this.keep(world);
    return outcomes;
  }

  private load(due: ReadonlySet<string>): World {
    const known = [...this.orders].map(([orderId, order], index): [string, KnownOrder] => {
      const isOwed = order.state === 'reserved' || order.state === 'placed';
      const isDue = due.has(orderId) && (isOwed || order.earlyPayments > 0);
      return [orderId, { seq: index + 1, order: { ...order, isDue, due: 'kept' } }];
    });
    const payments = [...this.payments.values()];
    return new World(
      {
        now: NOW,
        orders: new Map(known),
        goods: new Set(this.balances.keys()),
        balances: new Map(this.balances),
        payments,
        early: payments.filter(({ state }) => state === 'early'),
        applied: payments.filter(({ state }) => state === 'applied'),
        adjustments: new Map(this.adjustments),
        asked: [...this.asked],
        announced: new Set(
          this.steps.flatMap((one) => (one.event === 'payment-started' ? [one.orderId] : [])),
        ),
        holds: this.holds(),
      },
      this.rules,
    );
  }

  private holds(): BuyerHolds {
    const holds = new Map<string, BuyerHold[]>();
    for (const { buyerId, state, orderId, lines } of this.orders.values()) {
      if (buyerId === null || state !== 'reserved') continue;
      holds.set(buyerId, [...(holds.get(buyerId) ?? []), { orderId, lines }]);
    }
    return holds;
  }

  private keep(world: World): void {
    for (const order of world.changedOrders()) this.orders.set(order.orderId, order);
    for (const { after } of world.changedBalances()) this.balances.set(after.goodsId, after);
    for (const payment of world.changedPayments()) this.payments.set(payment.paymentId, payment);
    for (const { move } of world.moves) {
      if (move.kind !== 'restock') continue;
      this.adjustments.set(move.adjustment.idempotencyKey, move.adjustment);
    }
    for (const adjustment of world.unmoved) {
      this.adjustments.set(adjustment.idempotencyKey, adjustment);
    }
    this.moves.push(...world.moves);
    this.steps.push(...world.steps);
    this.asked.push(...world.asked);
    this.notices.push(...noticesAfter(world));
  }
}
