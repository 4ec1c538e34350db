/** What others are told of; each kind is described in docs/reference/notices.md. */
export type NoticeKind =
  | 'order.reserved'
  | 'order.rejected'
  | 'order.paid'
  | 'order.expired'
  | 'order.cancelled'
  | 'order.returned'
  | 'payment.refund-due'
  | 'stock.low'
  | 'stock.out'
  | 'stock.back';

/**
 * - waiting: to be delivered, now or later
 * - delivered: the receiver has answered 2xx
 * - dead: tried for days in vain; nothing more happens to it until a person replays it
 */
export type NoticeState = 'waiting' | 'delivered' | 'dead';

export const NOTICE_STATES: readonly NoticeState[] = ['waiting', 'delivered', 'dead'];

/** Something to tell: the facts, and nothing that is personal. */
export interface Notice {
  readonly kind: NoticeKind;
  /** What it is about, and within what notices keep their order: `order:<id>` or `goods:<id>`. */
  readonly subject: string;
  readonly facts: NoticeFacts;
}

export type NoticeFacts = Readonly<Record<string, unknown>>;

export function aboutOrder(kind: NoticeKind, orderId: string, facts: NoticeFacts): Notice {
  return { kind, subject: `order:${orderId}`, facts: { orderId, ...facts } };
}

export function aboutGoods(kind: NoticeKind, goodsId: number, facts: NoticeFacts): Notice {
  return { kind, subject: `goods:${goodsId}`, facts: { goodsId, ...facts } };
}

/** How long a notice is tried before it is given up: a receiver may be away over a weekend. */
export const PATIENCE_SECONDS = 3 * 86_400;
/** How long a delivered notice can still be looked at and replayed. */
export const KEPT_SECONDS = 30 * 86_400;
/** Attempts that the log keeps of one notice, the newest. */
export const ATTEMPTS_KEPT = 50;
