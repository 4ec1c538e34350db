import type { Now } from './answers.ts';
import { h } from './dom.ts';

export function isEmpty({ stock, states }: Now): boolean {
  if (!stock || !states) return false;
  return stock.goods === 0 && Object.values(states.counts).every((count) => count === 0);
}

/** What this is, for somebody who has nothing to look at yet. */
export function firstVisit(): HTMLElement {
  return h(
    'section',
    { class: 'first', 'aria-labelledby': 'first-visit' },
    h('h2', { id: 'first-visit' }, 'There is nothing here yet'),
    h(
      'p',
      {},
      'Orders want goods. Goods are reserved when an order is placed, released when it is not ',
      'paid in time, settled when it is paid. This page shows that as it happens.',
    ),
    h('p', {}, 'To see it work, stop this system and play the story of a short sale:'),
    h('pre', { tabindex: 0, 'aria-label': 'The command' }, h('code', {}, 'npm run demo')),
    h('p', {}, 'Or begin with goods and an order of your own:'),
    h(
      'pre',
      { tabindex: 0, 'aria-label': 'The commands' },
      h(
        'code',
        {},
        'npm run -s holdfast -- stock set 7 400\n',
        'npm run -s holdfast -- order place first --line 7:2',
      ),
    ),
  );
}
