import type { DatabaseTime } from '../kernel/index.ts';

/**
 * - awaited: something about the order came before the order itself
 * - placed: wants its goods
 * - reserved: its goods are held, until it is paid or its time is up
 * - rejected: the goods were not there
 * - paid, expired, cancelled, returned: as the words say
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

export const ORDER_STATES: readonly OrderState[] = [
  'awaited',
  'placed',
  'reserved',
  'rejected',
  'paid',
  'expired',
  'cancelled',
  'returned',
];

export interface Line {
  readonly goodsId: number;
  readonly quantity: number;
}

/** A line of an order: what was asked for, and what of it has left since. */
export interface OrderLine extends Line {
  /** Units that were cancelled before it was paid; left out when there are none. */
  readonly cancelled?: number;
  /** Units that came back after it was paid; left out when there are none. */
  readonly returned?: number;
}

/** A line that could not be met. */
export interface ShortLine {
  readonly goodsId: number;
  readonly requested: number;
  readonly available: number;
}

/** What somebody asks for when placing an order. */
export interface OrderRequest {
  readonly orderId: string;
  readonly lines: readonly Line[];
  readonly buyerId?: string;
  /** An unpaid order of the same buyer, to be cancelled with the placing of this one. */
  readonly replaces?: string;
  readonly holdSeconds?: number;
  readonly amount?: number;
  readonly currency?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/**
 * When somebody must look at an order again. `at-expiry` is its own hold time from now on, which
 * the database adds by itself; `as-extended` is an expiry that was chosen, and is told to it.
 */
export type Due = 'kept' | 'never' | 'soon' | 'at-expiry' | 'as-extended' | 'in-a-day';

export interface Order {
  readonly orderId: string;
  readonly state: OrderState;
  readonly lines: readonly OrderLine[];
  /** How many holds it has had. */
  readonly holds: number;
  readonly holdSeconds: number;
  readonly buyerId: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  /** Why it is in its state, where the state alone does not say. */
  readonly reason: string | null;
  /** The lines that could not be met, when it was rejected for that. */
  readonly short: readonly ShortLine[] | null;
  /** A cancel came before the order did. */
  readonly cancelAsked: boolean;
  /** How many payments wait for its goods to be reserved. */
  readonly earlyPayments: number;
  /** How many steps its history has. */
  readonly version: number;
  /** Null until it is placed. */
  readonly placedAt: DatabaseTime | null;
  readonly expiresAt: DatabaseTime | null;
  /** Its time is up, by the database's clock at the moment of reading. */
  readonly isDue: boolean;
  readonly due: Due;
}

/** One step of an order's history. */
export interface Step {
  readonly event: string;
  readonly from: OrderState | null;
  readonly to: OrderState;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Lines of the same goods are one line; in order of goods id, so that every door sees the same. */
export function summedLines(lines: readonly Line[]): readonly Line[] {
  const byGoods = new Map<number, number>();
  for (const { goodsId, quantity } of lines) {
    byGoods.set(goodsId, (byGoods.get(goodsId) ?? 0) + quantity);
  }
  return [...byGoods]
    .map(([goodsId, quantity]) => ({ goodsId, quantity }))
    .toSorted((one, other) => one.goodsId - other.goodsId);
}

/** An order that nobody has placed yet, so that what came early has something to hold on to. */
export function awaitedOrder(orderId: string, holdSeconds: number): Order {
  return {
    orderId,
    state: 'awaited',
    lines: [],
    holds: 0,
    holdSeconds,
    buyerId: null,
    amount: null,
    currency: null,
    metadata: null,
    reason: null,
    short: null,
    cancelAsked: false,
    earlyPayments: 0,
    version: 0,
    placedAt: null,
    expiresAt: null,
    isDue: false,
    due: 'never',
  };
}

/** Is this the order we know, asked for once more? Hold time and metadata do not count. */
export function sameContent(order: Order, request: OrderRequest): boolean {
  const lines = summedLines(request.lines);
  return (
    order.buyerId === (request.buyerId ?? null) &&
    order.amount === (request.amount ?? null) &&
    order.currency === (request.currency ?? null) &&
    order.lines.length === lines.length &&
    order.lines.every(
      (line, index) =>
        line.goodsId === lines[index]?.goodsId && line.quantity === lines[index]?.quantity,
    )
  );
}

/** A line as it is kept: what is none is not spoken of. */
export function lineOf(line: Required<OrderLine>): OrderLine {
  const { goodsId, quantity, cancelled, returned } = line;
  return {
    goodsId,
    quantity,
    ...(cancelled === 0 ? {} : { cancelled }),
    ...(returned === 0 ? {} : { returned }),
  };
}
