import { redact, redactText } from '../kernel/index.ts';

const HIDDEN = new Set(['buyerId', 'metadata']);

/** What a board may show of a payload: neither secrets nor anything about the buyer. */
export function shownPayload(payload: unknown): unknown {
  return withoutBuyers(redact(payload));
}

function withoutBuyers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutBuyers);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      HIDDEN.has(key) ? '***' : withoutBuyers(item),
    ]),
  );
}

export function shownName(name: unknown): string {
  return redactText(String(name)).slice(0, 100);
}

export interface OrderLink {
  readonly displayText: string;
  readonly href: string;
}

const ORDERS = '/orders';

/** Where a job's order is to be seen; a job of several leads to the list. */
export function orderLink(payload: unknown): OrderLink {
  const orderId = onlyOrderId(payload);
  if (orderId === undefined) return { displayText: 'orders', href: ORDERS };
  return {
    displayText: `order ${orderId}`,
    href: `${ORDERS}/${encodeURIComponent(orderId)}`,
  };
}

/** Payloads are as their producer made them, so nothing about their form is sure. */
function onlyOrderId(payload: unknown): string | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined;
  const { orderId, orders, payments, orderIds } = payload as Record<string, unknown>;
  if (typeof orderId === 'string' && orderId.length <= 64) return orderId;
  if (Array.isArray(orderIds) && orderIds.length === 1)
    return onlyOrderId({ orderId: orderIds[0] });
  for (const entries of [orders, payments]) {
    if (Array.isArray(entries) && entries.length === 1) return onlyOrderId(entries[0]);
  }
  return undefined;
}
