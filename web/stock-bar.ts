import type { Stock } from './answers.ts';
import { h } from './dom.ts';
import { bar } from './plots.ts';

type Units = Pick<Stock, 'available' | 'held' | 'sold'>;

export function stockBar({ available, held, sold }: Units): SVGElement {
  return bar([
    { name: 'available', tone: 'available', value: available },
    { name: 'held', tone: 'held', value: held },
    { name: 'sold', tone: 'sold', value: sold },
  ]);
}

export function stockLegend(): HTMLElement {
  const key = (tone: string) => h('li', {}, h('span', { class: `key ${tone}` }), tone);
  return h('ul', { class: 'legend' }, key('available'), key('held'), key('sold'));
}

/** By the threshold that was set; without one, under a tenth of what was received. */
export function scarcity({ available, forSale = available, received, lowAt }: Stock) {
  if (forSale === 0) return 'out';
  const isLow = lowAt === undefined ? forSale * 10 < received : forSale <= lowAt;
  return isLow ? 'low' : '';
}

export function scarcityMark(stock: Stock): HTMLElement | null {
  const how = scarcity(stock);
  return how === '' ? null : h('span', { class: `mark ${how}` }, how);
}
