import { actDialog } from './act-dialog.ts';
import type { OrderTraces, OrderView } from './answers.ts';
import { type Child, fill, h } from './dom.ts';
import { amountText, stateMark } from './order-marks.ts';
import { isOperator, type Page, type PageParts } from './page.ts';
import { countdown, spanText, timeOf } from './reader-clock.ts';
import { refundButton } from './refund-button.ts';
import { ask, send } from './server-calls.ts';
import { momentsOf } from './timeline.ts';

/** The queue that carries an event of an order, for those who look for its job. */
const QUEUE_OF: Readonly<Record<string, string>> = {
  awaited: 'order-placed',
  placed: 'pre-deduct',
  reserved: 'delayed-timeout',
};

/** One order, with everything that ever happened to it. */
export function orderPage(parts: PageParts): Page {
  const { main, path } = parts;
  const orderId = path[1] ?? '';
  const id = encodeURIComponent(orderId);
  const facts = h('div', {});
  const actions = h('p', { class: 'buttons' });
  const timeline = h('div', {});
  main.append(h('h1', {}, `Order ${orderId}`), facts, actions, timeline);
  const refresh = async (): Promise<void> => {
    const [order, traces] = await Promise.all([
      ask<OrderView>(`/v1/orders/${id}`),
      ask<OrderTraces>(`/v1/console/orders/${id}`),
    ]);
    fill(facts, factsOf(order));
    fill(actions, ...actionsOf(parts, order));
    fill(timeline, timelineOf(order, traces));
  };
  return {
    title: `Order ${orderId}`,
    concerns: ({ orders }) => orders?.some((one) => one.orderId === orderId) ?? false,
    refresh,
  };
}

function factsOf(order: OrderView): HTMLElement {
  const { lines, short = [], buyerId, expiresAt, holdSeconds, placedAt, archived } = order;
  const goods = lines.map(({ goodsId, quantity }) => {
    const missing = short.find((one) => one.goodsId === goodsId);
    const why = missing ? ` (${missing.available} were there)` : '';
    return h(
      'li',
      {},
      `${quantity} × `,
      h('a', { href: `/stock/${goodsId}` }, `goods ${goodsId}`),
      why,
    );
  });
  const facts: [string, Child][] = [
    ['State', stateMark(order)],
    ['Goods', h('ul', {}, ...goods)],
    ['Buyer', buyerId ?? ''],
    ['Amount', amountText(order)],
    ['Placed', timeOf(placedAt)],
    ['Held for', spanText(holdSeconds * 1000)],
  ];
  // Of an order that was paid or cancelled nothing ends then any more.
  if (expiresAt !== null && order.state === 'reserved') {
    facts.push(['Hold ends', countdown(expiresAt)]);
  }
  if (expiresAt !== null && order.state === 'expired') {
    facts.push(['Hold ended', timeOf(expiresAt)]);
  }
  if (archived) facts.push(['Archived', 'its older history is not here any more']);
  return h(
    'dl',
    { class: 'facts' },
    ...facts
      .filter(([, value]) => value !== '')
      .map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  );
}

function actionsOf(parts: PageParts, order: OrderView): Child[] {
  const { orderId, state } = order;
  const queue = QUEUE_OF[state] ?? 'order-placed';
  const board = h('a', { href: `/queues/queue/${queue}` }, `Queue ${queue} on the board`);
  if (!isOperator(parts)) return [board];
  const mayCancel = ['awaited', 'placed', 'reserved'].includes(state);
  const mayExtend = ['reserved', 'expired'].includes(state);
  const cancel = (): void =>
    actDialog({
      title: `Cancel order ${orderId}`,
      text: 'What it holds becomes available again; what was paid for it is due back.',
      verb: 'Cancel the order',
      act: async (reason) => {
        await send('/v1/console/acts', { act: 'cancel-order', orderId, reason });
        return `Order ${orderId} is cancelled.`;
      },
    });
  return [
    mayCancel && h('button', { id: 'cancel', click: cancel }, 'Cancel…'),
    mayExtend && h('button', { id: 'extend', click: () => extendDialog(orderId) }, 'Extend…'),
    ...order.payments
      .filter((payment) => payment.state === 'refund-due')
      .map(({ paymentId }) => refundButton(orderId, paymentId)),
    board,
  ];
}

function extendDialog(orderId: string): void {
  const minutes = h('input', { id: 'minutes', type: 'number', required: true, min: 1, max: 10080 });
  minutes.value = '15';
  actDialog({
    title: `Extend the hold of order ${orderId}`,
    text: 'From now on; a hold that has ended is made anew, if the goods are there.',
    verb: 'Extend',
    fields: [h('label', { for: 'minutes' }, 'Minutes'), minutes],
    act: async (reason) => {
      const seconds = 60 * Number(minutes.value);
      await send('/v1/console/acts', { act: 'extend-hold', orderId, seconds, reason });
      return `The hold of order ${orderId} ends in ${spanText(seconds * 1000)}.`;
    },
  });
}

function timelineOf(order: OrderView, traces: OrderTraces): HTMLElement {
  const moments = momentsOf(order, traces);
  let last = moments[0]?.atMs ?? 0;
  const items = moments.map(({ at, atMs, kind, title, details }) => {
    const wait = atMs - last;
    last = atMs;
    return h(
      'li',
      { class: kind },
      h(
        'span',
        { class: 'when' },
        timeOf(at),
        h('small', {}, wait > 0 ? ` + ${spanText(wait)}` : ''),
      ),
      h('span', { class: 'what' }, h('b', {}, title), ' ', h('small', {}, details)),
    );
  });
  return h(
    'section',
    { 'aria-labelledby': 'timeline' },
    h('h2', { id: 'timeline' }, 'Timeline'),
    h('ol', { class: 'timeline' }, ...items),
  );
}
