/**
 * What goes in and out of a client. Said here once more, although the rooms below know it too: a
 * program that imports the client must not have to load the types of a database driver. A test
 * holds these shapes to those of the rooms.
 */
export type OrderState =
  | 'awaited'
  | 'placed'
  | 'reserved'
  | 'rejected'
  | 'paid'
  | 'expired'
  | 'cancelled'
  | 'returned';

export interface OrderLine {
  readonly goodsId: number;
  readonly quantity: number;
}

/** A line that could not be met. */
export interface ShortLine {
  readonly goodsId: number;
  readonly requested: number;
  readonly available: number;
}

export interface OrderToPlace {
  /** Yours: the same id always gets the same answer. */
  readonly orderId: string;
  readonly lines: readonly OrderLine[];
  readonly buyerId?: string;
  /** An unpaid order of the same buyer that this one takes the place of. */
  readonly replaces?: string;
  readonly holdSeconds?: number;
  /** Minor units, such as cents. */
  readonly amount?: number;
  readonly currency?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface PaymentToConfirm {
  readonly orderId: string;
  readonly paymentId: string;
  readonly amount?: number;
  readonly currency?: string;
  /** It pays for these units only, and the others go back on sale. */
  readonly lines?: readonly OrderLine[];
  /** Milliseconds since 1970, or a time such as 2026-11-20T12:00:00Z. */
  readonly paidAt?: number | string;
}

/** The goods were not there; an expected end, and no error. */
export interface Rejected {
  readonly orderId: string;
  readonly state: 'rejected';
  readonly reason: string;
  readonly short: readonly ShortLine[];
}

/** The order is in the database. */
export interface Accepted {
  readonly orderId: string;
  readonly state: Exclude<OrderState, 'rejected'>;
  /** When its hold ends, while it has one. */
  readonly expiresAt?: string;
}

export type PlaceAnswer = Accepted | Rejected;

/** It is in a queue, which may still forget it: send it again until it can be read. */
export interface Sent {
  readonly orderId: string;
  readonly state: 'sent';
}

export interface PaymentSent extends Sent {
  readonly paymentId: string;
}

export type PaymentState = 'early' | 'applied' | 'refund-due' | 'refunded';

export interface PaymentAnswer {
  readonly orderId: string;
  readonly state: OrderState;
  readonly payment: {
    readonly paymentId: string;
    readonly state: PaymentState;
    readonly reason?: string;
  };
}

export interface CancelAnswer {
  readonly orderId: string;
  readonly state: OrderState;
}

export interface OrderView {
  readonly orderId: string;
  readonly state: OrderState;
  readonly lines: readonly OrderLine[];
  readonly placedAt: string;
  readonly expiresAt: string | null;
  /** Its time is up, and its goods are about to be released. */
  readonly over?: true;
  readonly reason?: string;
  readonly buyerId?: string;
  readonly amount?: number;
  readonly currency?: string;
  readonly holdSeconds: number;
  readonly short?: readonly ShortLine[];
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Its metadata and older history have been archived, and are not here. */
  readonly archived?: boolean;
  readonly payments: readonly PaymentView[];
  readonly history: readonly HistoryStep[];
}

export interface PaymentView {
  readonly paymentId: string;
  readonly state: PaymentState;
  readonly reason?: string;
  readonly amount?: number;
  readonly currency?: string;
  readonly paidAt?: string;
  readonly lines?: readonly OrderLine[];
  readonly at: string;
}

/** One step of an order's way. */
export interface HistoryStep {
  readonly step: number;
  readonly event: string;
  readonly from: OrderState | null;
  readonly to: OrderState;
  readonly cause: string;
  readonly attempt: number;
  readonly detail: Readonly<Record<string, unknown>> | null;
  readonly at: string;
}

export interface StockView {
  readonly goodsId: number;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  readonly received: number;
  readonly version: number;
  /** Units that orders never reserve, and what they leave for orders; where there are any. */
  readonly safety?: number;
  readonly forSale?: number;
  readonly lowAt?: number;
  readonly backAt?: number;
}
