import type { OrderSummary } from './answers.ts';
import { countText } from './count-text.ts';
import { type Child, fill, h, table } from './dom.ts';
import { amountText, stateMark } from './order-marks.ts';
import type { Page, PageParts } from './page.ts';
import { countdown, timeOf } from './reader-clock.ts';
import { ask } from './server-calls.ts';

const STATES = 'awaited placed reserved paid rejected expired cancelled returned'.split(' ');
const PAGE = 50;

interface FoundThings {
  readonly order: { readonly orderId: string; readonly state: string } | null;
  readonly payment: { readonly paymentId: string; readonly orderId: string } | null;
  readonly goods: { readonly goodsId: number; readonly available: number } | null;
}

/** Orders: one box finds them by any id, states count and filter them. */
export function ordersPage(parts: PageParts): Page {
  const { main, query } = parts;
  const tabs = h('nav', { class: 'tabs', 'aria-label': 'State of orders' });
  const found = h('div', {});
  const list = h('div', {});
  main.append(h('h1', {}, 'Orders'), searchBox(parts), tabs, found, list);
  const q = query.get('q') ?? '';
  return {
    title: 'Orders',
    concerns: ({ orders }) => orders !== undefined && !query.has('before'),
    hear: () => fill(tabs, ...tabsOf(parts)),
    refresh: async () => {
      if (q !== '')
        fill(found, ...foundOf(await ask<FoundThings>(`/v1/console/find?${asked({ q })}`)));
      const { orders, next } = await ask<{ orders: OrderSummary[]; next: number | null }>(
        `/v1/orders?limit=${PAGE}&${query}`,
      );
      const older = next === null ? null : addressWith(query, { before: String(next) });
      fill(
        list,
        ordersTable(orders),
        h(
          'p',
          { class: 'pages' },
          query.has('before') && h('a', { href: addressWith(query, {}) }, 'Newest'),
          ' ',
          older && h('a', { id: 'older', href: older }, 'Older'),
        ),
      );
    },
  };
}

function searchBox({ query, go }: PageParts): HTMLElement {
  const input = h('input', {
    id: 'q',
    type: 'search',
    value: query.get('q') ?? query.get('goodsId') ?? '',
    pattern: '[A-Za-z0-9._\\-]{1,64}',
    title: 'the beginning of an order id or buyer id, a whole payment id, or a goods id',
    autocomplete: 'off',
  });
  return h(
    'form',
    {
      role: 'search',
      class: 'search',
      submit: (event) => {
        event.preventDefault();
        go(input.value === '' ? '/orders' : `/orders?${asked({ q: input.value })}`);
      },
    },
    h('label', { for: 'q' }, 'Order, buyer, payment or goods'),
    input,
    h('button', {}, 'Find'),
  );
}

function tabsOf({ query, now }: PageParts): HTMLElement[] {
  const states = now()?.states;
  const chosen = query.get('state') ?? '';
  const others = new URLSearchParams(query);
  const link = (state: string, count: string): HTMLElement => {
    others.delete('before');
    if (state === '') others.delete('state');
    else others.set('state', state);
    const id = `state-${state || 'all'}`;
    const current = state === chosen ? 'true' : false;
    const address = `/orders?${others}`;
    return h(
      'a',
      { id, href: address, 'aria-current': current },
      `${state || 'all'} `,
      h('span', { class: 'count' }, count),
    );
  };
  return [
    link('', ''),
    ...STATES.map((state) => {
      const count = states?.counts[state];
      if (count === undefined) return link(state, '');
      const isMore = count >= (states?.most ?? 0);
      return link(state, isMore ? `${countText(count - 1)}+` : countText(count));
    }),
  ];
}

function foundOf({ order, payment, goods }: FoundThings): Child[] {
  const said: Child[] = [];
  if (order) said.push('The order ', orderLink(order.orderId), ` is ${order.state}. `);
  if (payment) {
    said.push(
      `The payment ${payment.paymentId} is for the order `,
      orderLink(payment.orderId),
      '. ',
    );
  }
  if (goods) {
    said.push(
      'The goods ',
      h('a', { href: `/stock/${goods.goodsId}` }, String(goods.goodsId)),
      ` have ${countText(goods.available)} units available; `,
      h('a', { href: `/orders?goodsId=${goods.goodsId}` }, 'their orders'),
      '.',
    );
  }
  return said.length === 0 ? [] : [h('p', { class: 'found', role: 'status' }, ...said)];
}

function orderLink(orderId: string): HTMLElement {
  return h('a', { href: `/orders/${encodeURIComponent(orderId)}` }, orderId);
}

function ordersTable(orders: readonly OrderSummary[]): HTMLElement {
  return table(
    'Orders, newest first',
    ['order', 'state', 'goods', 'buyer', 'amount', 'placed', 'hold ends'],
    orders.map((order) => [
      h('a', { id: `order-${order.orderId}`, href: `/orders/${order.orderId}` }, order.orderId),
      stateMark(order),
      order.lines.map(({ goodsId, quantity }) => `${quantity} × ${goodsId}`).join(', '),
      order.buyerId ?? '',
      amountText(order),
      timeOf(order.placedAt),
      order.state === 'reserved' && order.expiresAt ? countdown(order.expiresAt) : '',
    ]),
  );
}

function asked(values: Readonly<Record<string, string>>): string {
  return new URLSearchParams(values).toString();
}

function addressWith(query: URLSearchParams, more: Readonly<Record<string, string>>): string {
  const rest = [...query].filter(([name]) => name !== 'before');
  return `/orders?${asked({ ...Object.fromEntries(rest), ...more })}`;
}
