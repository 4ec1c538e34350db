import type {
  CancelAnswer,
  OrderState,
  OrderToPlace,
  OrderView,
  PaymentAnswer,
  PaymentSent,
  PaymentToConfirm,
  PlaceAnswer,
  Sent,
  StockView,
} from './shop-words.ts';

export interface CallOptions {
  /** For this call as a whole, in place of the client's own. */
  readonly timeoutMs?: number;
  /** Calls it off. What was sent may still be done. */
  readonly signal?: AbortSignal;
}

export interface PlaceOptions extends CallOptions {
  /**
   * Hold the answer until the order is decided, at most so long; up to 30,000. It is added to
   * `timeoutMs`.
   */
  readonly waitMs?: number;
}

export interface WaitOptions extends CallOptions {
  /** What to wait for: a state, one of several, or whatever you say. Default: it is decided. */
  readonly until?: OrderState | readonly OrderState[] | ((order: OrderView) => boolean);
}

/** How a shop talks to Holdfast. Every call may be made again; it happens once. */
export interface Client<Placed, Paid> {
  place(order: OrderToPlace, options?: PlaceOptions): Promise<Placed>;
  confirmPayment(payment: PaymentToConfirm, options?: CallOptions): Promise<Paid>;
  cancel(orderId: string, options?: CallOptions): Promise<CancelAnswer>;
  order(orderId: string, options?: CallOptions): Promise<OrderView>;
  stock(goodsId: number, options?: CallOptions): Promise<StockView>;
  waitFor(orderId: string, options?: WaitOptions): Promise<OrderView>;
  /** Takes no more calls, and resolves when those in hand are over. */
  close(): Promise<void>;
}

/** Its answers come from the database. */
export type HttpClient = Client<PlaceAnswer, PaymentAnswer>;

/** Its answers say that something is in a queue, and no more. */
export type QueueClient = Client<Sent, PaymentSent>;
