import type { Line, OrderRequest, Part, PartVerb } from '../orders/index.ts';
import type { PaymentNotice } from '../payments/index.ts';
import type { Thresholds } from '../stock/index.ts';

/** Which door an event came through, and at which try. */
export interface Via {
  readonly cause: 'queue' | 'http' | 'grpc' | 'cli' | 'alarm' | 'sweep';
  readonly attempt: number;
}

/** Everything that can happen. Each goes through the one door, `advance`. */
export type SagaEvent = { readonly via: Via } & (
  | PlacedEvent
  | { readonly kind: 'reserve'; readonly orderId: string }
  | { readonly kind: 'payment'; readonly payment: PaymentNotice }
  | { readonly kind: 'cancel'; readonly orderId: string }
  | { readonly kind: 'due'; readonly orderId: string }
  | { readonly kind: 'return'; readonly orderId: string }
  | { readonly kind: 'payment-started'; readonly orderId: string; readonly seconds: number }
  | { readonly kind: 'extend'; readonly orderId: string; readonly seconds: number }
  | PartEvent
  | RefundedEvent
  | SellEvent
  | StockSetEvent
  | StockCountEvent
  | StockAdjustEvent
  | StockKeepEvent
);

export interface PlacedEvent {
  readonly kind: 'placed';
  readonly order: OrderRequest;
  /** Whoever sends it sends the reserve as well, so nobody needs a nudge. */
  readonly followedUp?: boolean;
  /**
   * Decided in the same transaction, when its goods can be had within this time; placed alone when
   * they cannot, and then it is still to be reserved.
   */
  readonly reserveWithinMs?: number;
}

/** Is it decided in the transaction that places it? One that replaces another always is. */
export function isAtOnce({ order, reserveWithinMs }: PlacedEvent): boolean {
  return reserveWithinMs !== undefined || order.replaces !== undefined;
}

/** The order that is to make way for this event's. */
export function replacedBy(event: SagaEvent): string | undefined {
  return event.kind === 'placed' ? event.order.replaces : undefined;
}

/** The goods that an event names itself, before anything was read. */
export function goodsNamedBy(event: StockEvent | SellEvent | PlacedEvent): readonly number[] {
  switch (event.kind) {
    case 'placed':
      return isAtOnce(event) ? goodsIn(event.order.lines) : [];
    case 'sell':
      return goodsIn(event.lines);
    default:
      return [event.goodsId];
  }
}

function goodsIn(lines: readonly Line[]): readonly number[] {
  return [...new Set(lines.map(({ goodsId }) => goodsId))];
}

/** Reserve and settle at once, for those who take the money themselves and tell of no payment. */
export interface SellEvent {
  readonly kind: 'sell';
  readonly orderId: string;
  readonly lines: readonly Line[];
}

/** Some units of an order: they leave it before it is paid, or come back after. */
export interface PartEvent {
  readonly kind: 'cancel-lines' | 'return-lines';
  readonly orderId: string;
  /** Under one id it happens once; what comes without any happens each time. */
  readonly requestId?: string;
  readonly parts: readonly Part[];
}

export function isPartEvent(event: SagaEvent): event is PartEvent & { readonly via: Via } {
  return event.kind === 'cancel-lines' || event.kind === 'return-lines';
}

export function verbOf(kind: PartEvent['kind']): PartVerb {
  return kind === 'cancel-lines' ? 'cancel' : 'return';
}

/** The money of a payment went back, outside of here. */
export interface RefundedEvent {
  readonly kind: 'refunded';
  readonly orderId: string;
  readonly paymentId: string;
  readonly actor: string;
  readonly reason: string;
}

export interface StockSetEvent {
  readonly kind: 'stock-set';
  readonly goodsId: number;
  /** How many shall be for sale. */
  readonly available: number;
  /** Its key is kept also when there is nothing to change: it is not to happen later either. */
  readonly isOnce?: boolean;
  readonly expectedVersion?: number;
  readonly reason: string;
  readonly idempotencyKey: string;
}

/** What somebody has counted on the shelf: units for sale and units on hold together. */
export interface StockCountEvent {
  readonly kind: 'stock-count';
  readonly goodsId: number;
  readonly onHand: number;
  readonly isOnce?: boolean;
  readonly expectedVersion?: number;
  readonly reason: string;
  readonly idempotencyKey: string;
}

export interface StockAdjustEvent {
  readonly kind: 'stock-adjust';
  readonly goodsId: number;
  readonly delta: number;
  readonly reason: string;
  readonly idempotencyKey: string;
}

/** How the stock of goods is to be kept from now on; what is left out stays as it is. */
export interface StockKeepEvent {
  readonly kind: 'stock-keep';
  readonly goodsId: number;
  readonly safety?: number;
  /** Null takes them away. */
  readonly thresholds?: Thresholds | null;
  readonly actor: string;
  readonly reason: string;
}

export type UnitsEvent = Extract<SagaEvent, { kind: 'stock-set' | 'stock-count' | 'stock-adjust' }>;
export type StockEvent = UnitsEvent | Extract<SagaEvent, { kind: 'stock-keep' }>;
export type OrderEvent = Exclude<SagaEvent, StockEvent>;

const UNITS_KINDS: ReadonlySet<string> = new Set(['stock-set', 'stock-count', 'stock-adjust']);

export function isStockEvent(event: SagaEvent): event is StockEvent {
  return isUnitsEvent(event) || event.kind === 'stock-keep';
}

/** One that says how many units there are; it happens once for its idempotency key. */
export function isUnitsEvent(event: SagaEvent): event is UnitsEvent {
  return UNITS_KINDS.has(event.kind);
}

export function orderIdOf(event: OrderEvent): string {
  switch (event.kind) {
    case 'placed':
      return event.order.orderId;
    case 'payment':
      return event.payment.orderId;
    default:
      return event.orderId;
  }
}

/** The payment that an event is about. */
export function paymentIdOf(event: SagaEvent): string | undefined {
  if (event.kind === 'payment') return event.payment.paymentId;
  return event.kind === 'refunded' ? event.paymentId : undefined;
}
