import { assert, type DatabaseTime, present } from '../kernel/index.ts';
import type {
  BuyerHold,
  BuyerHolds,
  KnownOrder,
  Order,
  OrderLine,
  PartRequest,
  Step,
} from '../orders/index.ts';
import type { Payment, PaymentState } from '../payments/index.ts';
import {
  type Adjustment,
  type Balance,
  type KeepingChange,
  type Move,
  moved,
  sided,
} from '../stock/index.ts';
import type { Decision, Rules, View } from './decision.ts';
import {
  isPartEvent,
  isStockEvent,
  isUnitsEvent,
  orderIdOf,
  type PartEvent,
  paymentIdOf,
  replacedBy,
  type SagaEvent,
  verbOf,
  type Via,
} from './event.ts';

/** What was read for a batch, under its locks. */
export interface WorldFacts {
  readonly now: DatabaseTime;
  readonly orders: ReadonlyMap<string, KnownOrder>;
  /** The goods ids that were looked up; those without stock have no balance. */
  readonly goods: ReadonlySet<number>;
  readonly balances: ReadonlyMap<number, Balance>;
  readonly payments: readonly Payment[];
  readonly early: readonly Payment[];
  readonly applied: readonly Payment[];
  readonly adjustments: ReadonlyMap<string, Adjustment>;
  /** What was asked for before under the ids of this batch. */
  readonly asked: readonly PartRequest[];
  /** Orders for which a payment was announced. */
  readonly announced: ReadonlySet<string>;
  /** Empty where there are no limits. */
  readonly holds: BuyerHolds;
}

export interface DecidedStep extends Omit<Step, 'detail'> {
  readonly detail: Step['detail'] | undefined;
  readonly orderId: string;
  readonly step: number;
  readonly via: Via;
}

export interface DecidedMove {
  readonly move: Move;
  readonly version: number;
}

/**
 * What a batch knows and what it has decided so far. Each event is decided against what the ones
 * before it left, so each order of a batch gets its own honest answer.
 */
export class World {
  readonly facts: WorldFacts;
  readonly rules: Rules;
  readonly steps: DecidedStep[] = [];
  readonly moves: DecidedMove[] = [];
  readonly asked: PartRequest[] = [];
  readonly kept: KeepingChange[] = [];
  readonly unmoved: Adjustment[] = [];
  private readonly orders = new Map<string, Order>();
  private readonly balances: Map<number, Balance>;
  private readonly payments = new Map<string, Payment>();
  private readonly touchedPayments = new Set<string>();
  private readonly adjustments: Map<string, Adjustment>;
  private readonly paymentsOf = new Map<string, string[]>();

  constructor(facts: WorldFacts, rules: Rules) {
    this.facts = facts;
    this.rules = rules;
    this.balances = new Map(facts.balances);
    this.adjustments = new Map(facts.adjustments);
    for (const payment of facts.payments) this.payments.set(payment.paymentId, payment);
    for (const payment of [...facts.early, ...facts.applied]) this.remember(payment);
  }

  orderOf(orderId: string): Order | undefined {
    return this.orders.get(orderId) ?? this.facts.orders.get(orderId)?.order;
  }

  viewOf(event: SagaEvent): View {
    const orderId = isStockEvent(event) ? null : orderIdOf(event);
    const paymentId = paymentIdOf(event);
    const replaces = replacedBy(event);
    return {
      ...(replaces === undefined ? {} : { replaced: this.replacedOf(replaces) }),
      announced: event.kind === 'payment-started' && this.isAnnounced(event.orderId),
      asked: isPartEvent(event) ? this.askedBefore(event) : undefined,
      order: orderId === null ? undefined : this.orderOf(orderId),
      early: this.paymentsIn('early', orderId),
      applied: this.paymentsIn('applied', orderId),
      payment: paymentId === undefined ? undefined : this.payments.get(paymentId),
      adjustment: isUnitsEvent(event) ? this.adjustments.get(event.idempotencyKey) : undefined,
      rules: this.rules,
      now: this.facts.now,
      balanceOf: (goodsId) => this.balances.get(goodsId),
      holdsOf: (buyerId) => this.holdsOf(buyerId),
    };
  }

  /** Makes a decision part of this world. */
  apply(decision: Decision, via: Via): void {
    if (decision.first) this.apply(decision.first, via);
    const { order, steps = [], moves = [], payments = [], asked, kept, unmoved } = decision;
    if (unmoved) this.unmoved.push(unmoved);
    if (unmoved) this.adjustments.set(unmoved.idempotencyKey, unmoved);
    if (asked) this.asked.push(asked);
    if (kept) this.applyKeeping(kept);
    for (const move of moves) this.applyMove(move);
    if (order) this.applyOrder(order, steps, via);
    for (const payment of payments) {
      this.remember(payment);
      this.touchedPayments.add(payment.paymentId);
    }
  }

  /** Orders that are not as they were read, new ones among them. */
  changedOrders(): readonly Order[] {
    return [...this.orders.values()];
  }

  changedBalances(): readonly { readonly before: Balance; readonly after: Balance }[] {
    return [...this.balances.values()].flatMap((after) => {
      const before = present(this.facts.balances.get(after.goodsId), `goods ${after.goodsId}`);
      return after === before ? [] : [{ before, after: sided(before, after) }];
    });
  }

  /** Lines of which parts have left or come back. */
  changedLines(): readonly { readonly orderId: string; readonly line: OrderLine }[] {
    return this.changedOrders().flatMap(({ orderId, lines }) => {
      const before = this.facts.orders.get(orderId)?.order.lines ?? [];
      return lines.flatMap((line, index) => {
        const { cancelled, returned } = before[index] ?? {};
        const isSame = line.cancelled === cancelled && line.returned === returned;
        return isSame ? [] : [{ orderId, line }];
      });
    });
  }

  changedPayments(): readonly Payment[] {
    return [...this.touchedPayments].map((id) => present(this.payments.get(id), `payment ${id}`));
  }

  /** As this batch leaves it. */
  balanceOf(goodsId: number): Balance | undefined {
    const [before, after] = [this.facts.balances.get(goodsId), this.balances.get(goodsId)];
    return before && after && after !== before ? sided(before, after) : after;
  }

  /** As it was read, and as this batch has left it. */
  private holdsOf(buyerId: string): readonly BuyerHold[] {
    const read = this.facts.holds.get(buyerId) ?? [];
    const mine = [...this.orders.values()].filter(
      (order) => order.buyerId === buyerId && order.state === 'reserved',
    );
    return [...read.filter(({ orderId }) => !this.orders.has(orderId)), ...mine];
  }

  private isAnnounced(orderId: string): boolean {
    const isHere = this.steps.some(
      (step) => step.orderId === orderId && step.event === 'payment-started',
    );
    return isHere || this.facts.announced.has(orderId);
  }

  private replacedOf(orderId: string): Pick<View, 'order' | 'early'> {
    return { order: this.orderOf(orderId), early: this.paymentsIn('early', orderId) };
  }

  private askedBefore({ kind, orderId, requestId }: PartEvent): PartRequest | undefined {
    const verb = verbOf(kind);
    return [...this.facts.asked, ...this.asked].find(
      (one) => one.orderId === orderId && one.requestId === requestId && one.verb === verb,
    );
  }

  private applyKeeping(kept: KeepingChange): void {
    const { goodsId, keeping } = kept;
    const balance = present(this.balances.get(goodsId), `goods ${goodsId}`);
    this.balances.set(goodsId, { ...balance, keeping });
    this.kept.push(kept);
  }

  private applyMove(move: Move): void {
    const balance = present(this.balances.get(move.goodsId), `goods ${move.goodsId}`);
    const next = moved(balance, move.kind, move.quantity);
    this.balances.set(move.goodsId, next);
    this.moves.push({ move, version: next.version });
    if (move.kind === 'restock') {
      this.adjustments.set(move.adjustment.idempotencyKey, move.adjustment);
    }
  }

  private applyOrder(order: Order, steps: readonly Step[], via: Via): void {
    const { orderId, version } = order;
    const before = this.orderOf(orderId)?.version ?? 0;
    assert(
      version === before + steps.length,
      () => `order ${orderId}: ${steps.length} steps to ${version}`,
    );
    steps.forEach(({ event, from, to, detail }, index) => {
      this.steps.push({ event, from, to, detail, orderId, step: before + index + 1, via });
    });
    this.orders.set(orderId, order);
  }

  private remember(payment: Payment): void {
    const { paymentId, orderId } = payment;
    const ids = this.paymentsOf.get(orderId) ?? [];
    if (!ids.includes(paymentId)) ids.push(paymentId);
    this.paymentsOf.set(orderId, ids);
    this.payments.set(paymentId, payment);
  }

  private paymentsIn(state: PaymentState, orderId: string | null): readonly Payment[] {
    const ids = orderId === null ? undefined : this.paymentsOf.get(orderId);
    if (!ids) return NONE;
    return ids
      .map((id) => present(this.payments.get(id), `payment ${id}`))
      .filter((payment) => payment.state === state);
  }
}

const NONE: readonly Payment[] = [];
