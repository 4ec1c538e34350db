import { actDialog } from './act-dialog.ts';
import type { Movement, Stock } from './answers.ts';
import { balancesBefore } from './balances.ts';
import { countText } from './count-text.ts';
import { fill, h, table } from './dom.ts';
import { isOperator, type Page, type PageParts } from './page.ts';
import { plot } from './plots.ts';
import { countdown, msOf, spanText, timeOf } from './reader-clock.ts';
import { ask, newKey, send } from './server-calls.ts';
import { scarcityMark, stockBar, stockLegend } from './stock-bar.ts';

const LEDGER_PAGE = 100;
const HOLDERS = 100;

interface Holds {
  readonly holds: readonly { orderId: string; quantity: number; expiresAt: string }[];
  readonly next: number | null;
}

/** One goods id: its balance, how that came about, and who holds its units. */
export function goodsPage(parts: PageParts): Page {
  const { main, path } = parts;
  const goodsId = Number(path[1]);
  const top = h('div', {});
  const chart = h('div', {});
  const holders = h('div', {});
  const ledger = h('div', {});
  let length = LEDGER_PAGE;
  let refresh = (): Promise<void> => Promise.resolve();
  const older = h(
    'button',
    {
      hidden: true,
      click: () => {
        length = Math.min(5000, length * 2);
        void refresh();
      },
    },
    'Older movements',
  );
  const adjust = h('button', { hidden: true, click: () => adjustDialog(goodsId) }, 'Adjust…');
  main.append(h('h1', {}, `Goods ${goodsId}`), top, adjust, chart, holders, ledger, older);
  refresh = async () => {
    const [stock, { movements, next }, holds] = await Promise.all([
      ask<Stock>(`/v1/stock/${goodsId}`),
      ask<{ movements: Movement[]; next: number | null }>(
        `/v1/stock/${goodsId}/movements?limit=${length}`,
      ),
      ask<Holds>(`/v1/stock/${goodsId}/holds?limit=${HOLDERS}`),
    ]);
    adjust.hidden = !isOperator(parts);
    older.hidden = next === null || length >= 5000;
    fill(top, ...balanceOf(stock));
    fill(chart, balancePlot(stock, movements));
    fill(holders, holdersTable(holds));
    fill(ledger, ledgerTable(movements));
  };
  return {
    title: `Goods ${goodsId}`,
    concerns: ({ stock }) => stock?.some((one) => one.goodsId === goodsId) ?? false,
    refresh,
  };
}

function balanceOf(stock: Stock): (Node | null)[] {
  const { available, held, sold, received } = stock;
  return [
    stockBar(stock),
    h(
      'p',
      { class: 'balance' },
      `${countText(available)} available + ${countText(held)} held + ${countText(sold)} sold = `,
      `${countText(received)} received `,
      scarcityMark(stock),
    ),
    keepingOf(stock),
    stockLegend(),
  ];
}

/** What of it orders cannot have, and when others are told. */
function keepingOf({ safety, forSale, lowAt, backAt }: Stock): HTMLElement | null {
  const kept =
    safety === undefined || forSale === undefined
      ? []
      : [`${countText(forSale)} for sale, ${countText(safety)} kept back as safety stock`];
  const told =
    lowAt === undefined || backAt === undefined
      ? []
      : [`told as low from ${countText(lowAt)} down, as back from ${countText(backAt)} up`];
  const parts = [...kept, ...told];
  return parts.length === 0 ? null : h('p', { class: 'note' }, parts.join('; '));
}

function balancePlot(stock: Stock, movements: readonly Movement[]): HTMLElement {
  const known = balancesBefore(stock, movements);
  const from = known[0]?.atMs ?? 0;
  const to = known.at(-1)?.atMs ?? 1;
  const line = (name: 'available' | 'held' | 'sold') => ({
    name,
    tone: name,
    points: known.map((one) => [one.atMs, one[name]] as const),
    now: countText(stock[name]),
  });
  const fromText = known.length > 1 ? `${spanText(to - from)} before` : '';
  const frame = { title: 'Balances', unit: 'units', from, to, fromText, toText: 'last movement' };
  return plot({ ...frame, isStepped: true }, [line('available'), line('held'), line('sold')]);
}

function holdersTable({ holds, next }: Holds): HTMLElement {
  const soonest = holds.toSorted((one, other) => msOf(one.expiresAt) - msOf(other.expiresAt));
  const caption = next === null ? 'Who holds its units' : `Who holds its units, newest ${HOLDERS}`;
  return table(
    caption,
    ['order', 'units', 'returns'],
    soonest.map(({ orderId, quantity, expiresAt }) => [
      h('a', { href: `/orders/${orderId}` }, orderId),
      quantity,
      countdown(expiresAt),
    ]),
    'nobody',
  );
}

function ledgerTable(movements: readonly Movement[]): HTMLElement {
  return table(
    'Ledger',
    ['no.', 'when', 'what', 'units', 'order or reason', 'fence'],
    movements.map(({ version, at, kind, quantity, orderId, reason, fence }) => [
      String(version),
      timeOf(at),
      kind,
      quantity,
      orderId ? h('a', { href: `/orders/${orderId}` }, orderId) : (reason ?? ''),
      fence ?? '',
    ]),
  );
}

function adjustDialog(goodsId: number): void {
  // Made once for each dialog, so that a second press of the button changes nothing more.
  const idempotencyKey = newKey();
  const delta = h('input', { id: 'delta', type: 'number', required: true, step: 1 });
  actDialog({
    title: `Adjust goods ${goodsId}`,
    text: 'Units that have arrived; with a minus, units that are missing.',
    verb: 'Adjust',
    fields: [h('label', { for: 'delta' }, 'Units'), delta],
    act: async (reason) => {
      const body = { delta: Number(delta.value), reason, idempotencyKey };
      const { available } = await send<Stock>(`/v1/stock/${goodsId}/adjustments`, body);
      return `Goods ${goodsId}: ${countText(available)} available now.`;
    },
  });
}
