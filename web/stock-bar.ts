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

/** Under a tenth of what was received. */
export function scarcity({ available, received }: Stock): 'out' | 'low' | '' {
  if (available === 0) return 'out';
  return available * 10 < received ? 'low' : '';
}

export function scarcityMark(stock: Stock): HTMLElement | null {
  const how = scarcity(stock);
  return how === '' ? null : h('span', { class: `mark ${how}` }, how);
}
