import type { Stock, StockOverview } from './answers.ts';
import { countText } from './count-text.ts';
import { fill, h, table } from './dom.ts';
import type { Page, PageParts } from './page.ts';
import { ask } from './server-calls.ts';
import { scarcity, scarcityMark, stockBar, stockLegend } from './stock-bar.ts';

const VIEWS = [
  ['fewest', 'Out and low first'],
  ['held', 'Most held first'],
  ['all', 'By goods id'],
] as const;
const PAGE = 100;

/** Every unit there is, by where it is. */
export function stockPage({ main, query, go }: PageParts): Page {
  const view = query.get('view') ?? 'fewest';
  const before = query.get('before');
  const only = query.get('only') === 'scarce';
  const sums = h('div', {});
  const list = h('div', {});
  main.append(h('h1', {}, 'Stock'), sums, stockLegend(), finder(go), views(view, only), list);
  return {
    title: 'Stock',
    concerns: ({ stock }) => stock !== undefined,
    refresh: async () => {
      const overview = await ask<StockOverview>('/v1/console/stock');
      if (overview.error) throw new Error(overview.error);
      const { goods, out, ...units } = overview.sums;
      fill(
        sums,
        stockBar(units),
        h(
          'p',
          {},
          `${countText(goods)} goods, ${countText(out)} sold out; `,
          `${countText(units.available)} units available, ${countText(units.held)} held, `,
          `${countText(units.sold)} sold`,
        ),
      );
      if (view !== 'all') {
        const stock = view === 'held' ? overview.mostHeld : overview.fewest;
        fill(list, goodsTable(only ? stock.filter((one) => scarcity(one) !== '') : stock));
        return;
      }
      const from = before === null ? '' : `&before=${before}`;
      const page = await ask<{ stock: Stock[]; next: number | null }>(
        `/v1/stock?limit=${PAGE}${from}`,
      );
      const more = page.next === null ? null : `/stock?view=all&before=${page.next}`;
      fill(list, goodsTable(page.stock), more && h('p', {}, h('a', { href: more }, 'Further')));
    },
  };
}

function finder(go: (address: string) => void): HTMLElement {
  const input = h('input', {
    id: 'goods-id',
    name: 'goods',
    inputmode: 'numeric',
    pattern: '[1-9][0-9]{0,15}',
    required: true,
  });
  return h(
    'form',
    {
      role: 'search',
      class: 'search',
      submit: (event) => {
        event.preventDefault();
        go(`/stock/${input.value}`);
      },
    },
    h('label', { for: 'goods-id' }, 'Goods id'),
    input,
    h('button', {}, 'Show'),
  );
}

function views(chosen: string, only: boolean): HTMLElement {
  const links = VIEWS.map(([view, name]) =>
    h(
      'a',
      { href: `/stock?view=${view}`, 'aria-current': view === chosen && !only ? 'true' : false },
      name,
    ),
  );
  const scarce = { href: '/stock?only=scarce', 'aria-current': only ? 'true' : false };
  return h(
    'nav',
    { class: 'tabs', 'aria-label': 'Order of goods' },
    ...links,
    h('a', scarce, 'Only out and low'),
  );
}

function goodsTable(stock: readonly Stock[]): HTMLElement {
  return table(
    'Goods',
    ['goods', 'available', 'held', 'sold', 'units'],
    stock.map((one) => [
      h(
        'span',
        {},
        h('a', { id: `goods-${one.goodsId}`, href: `/stock/${one.goodsId}` }, String(one.goodsId)),
        ' ',
        scarcityMark(one),
      ),
      one.available,
      one.held,
      one.sold,
      stockBar(one),
    ]),
  );
}
