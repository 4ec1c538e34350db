import type { Now, Second } from './answers.ts';
import { countText } from './count-text.ts';
import { type Child, fill, h, say, table } from './dom.ts';
import { firstVisit, isEmpty } from './first-visit.ts';
import type { Page, PageParts } from './page.ts';
import { plot, type PlotLine } from './plots.ts';
import { spanText, timeOf } from './reader-clock.ts';
import { ask, problemText } from './server-calls.ts';

const SHOWN_MOST = 300;
const SHOWN_LEAST = 30;
const OUTCOMES: readonly (readonly [state: string, tone: string])[] = [
  ['reserved', 'held'],
  ['paid', 'sold'],
  ['rejected', 'bad'],
  ['expired', 'late'],
  ['cancelled', 'faint'],
];

/** How the sale goes at this moment. */
export function nowPage({ main }: PageParts): Page {
  const tiles = h('div', { class: 'tiles' });
  const plots = h('div', { class: 'plots' });
  const rest = h('div', {});
  const first = h('div', {});
  const whose = h('p', { class: 'none', role: 'status' });
  main.append(h('h1', {}, 'Now'), first, tiles, plots, whose, rest);
  const draw = (now: Now): void => {
    fill(first, isEmpty(now) ? firstVisit() : null);
    fill(tiles, ...tilesOf(now));
    fill(plots, ...plotsOf(now));
    // Only when it changes, since it is read aloud.
    if (whose.textContent !== whoseText(now)) whose.textContent = whoseText(now);
    fill(rest, endingTable(now), queueTable(now), healthTable(now));
  };
  return {
    title: 'Now',
    hear: draw,
    concerns: () => true,
    // What it shows it hears; there is nothing else to ask for.
    refresh: () => Promise.resolve(),
  };
}

function tile(name: string, value: Child, note: Child, tone = ''): HTMLElement {
  const classes = `tile ${tone}`;
  return h('section', { class: classes }, h('h2', {}, name), h('p', {}, value), h('p', {}, note));
}

function tilesOf(now: Now): HTMLElement[] {
  const { health, stock, workers, owed } = now;
  const working = workers ? Object.values(workers).reduce((sum, count) => sum + count, 0) : null;
  const isWell = health.ready && !health.degraded;
  const lasting = Object.entries(health.checks).filter(([, { ok }]) => !ok);
  return [
    booksTile(now),
    tile('Open holds', openHolds(now) ?? '?', `${stock ? countText(stock.held) : '?'} units held`),
    tile(
      'Health',
      isWell ? 'all well' : health.ready ? 'degraded' : 'not ready',
      isWell ? 'every dependency answers' : lasting.map(([name]) => name).join(', '),
      isWell ? 'well' : 'wrong',
    ),
    tile(
      'Workers',
      working ?? '?',
      working === 0 ? 'nobody takes jobs: start a worker' : 'take jobs, in all processes',
      working === 0 ? 'wrong' : '',
    ),
    tile(
      'Goods',
      stock?.goods ?? '?',
      h('a', { href: '/stock' }, `sold out: ${stock ? countText(stock.out) : '?'}`),
    ),
    tile(
      'Stuck',
      owed?.stuck ?? '?',
      h('a', { href: '/owed' }, `refunds due: ${owed?.refunds ?? '?'}`),
      owed && owed.stuck > 0 ? 'wrong' : '',
    ),
  ];
}

/** Counted a moment ago while they are few enough for that, else some seconds ago. */
function openHolds({ states, books }: Now): number | null {
  const counted = states?.counts['reserved'];
  const isWhole = counted !== undefined && counted < (states?.most ?? 0);
  return isWhole ? counted : (books?.openHolds ?? null);
}

function booksTile({ audit }: Now): HTMLElement {
  const button = h('button', { id: 'audit', click: () => void auditNow() }, 'Audit now');
  if (!audit) return tile('Books', 'not audited', button);
  const note = h('span', {}, 'last audit ', timeOf(audit.at), ' ', button);
  if (audit.balanced) return tile('Books', 'balanced', note, 'well');
  return tile('Books', `${audit.differences} differences`, note, 'wrong');
}

async function auditNow(): Promise<void> {
  say('The books are being recounted.');
  try {
    const { balanced } = await ask<{ balanced: boolean }>('/v1/audit');
    say(balanced ? 'The books are balanced.' : 'The books do not balance: see /v1/audit.');
  } catch (error) {
    say(`The books could not be recounted: ${problemText(error)}`);
  }
}

function whoseText({ pulse }: Now): string {
  if (pulse.isShared) return 'The plots count what all processes have committed.';
  return (
    'The Redis of the queues does not answer: from here on the plots count only what the process ' +
    'behind this page has committed.'
  );
}

function plotsOf({ seconds, at }: Now): HTMLElement[] {
  const to = Math.floor(at / 1000) - 1; // the second that goes on now is not whole yet
  // A process that has just begun has nothing to draw but its first minute.
  const age = to - (seconds[0]?.at ?? to) + 2;
  const length = Math.min(SHOWN_MOST, Math.max(SHOWN_LEAST, age));
  const from = to - length + 1;
  const bySecond = new Map(seconds.map((second) => [second.at, second]));
  const line = (name: string, tone: string, value: (second: Second) => number | null): PlotLine => {
    const points = Array.from({ length }, (_, index) => {
      const second = bySecond.get(from + index);
      const y = second ? value(second) : 0;
      return y === null ? null : ([from + index, y] as const);
    });
    return { name, tone, points, now: lastOf(points) };
  };
  const frame = { from, to, fromText: `${spanText(length * 1000)} ago`, toText: 'now' };
  const time = (pick: 'p50' | 'p99', tone: string): PlotLine => {
    const last = seconds.findLast((second) => second[pick] !== null)?.[pick];
    const drawn = line(pick, tone, (second) => second[pick]);
    // A gap at each second without a time would hide the lone seconds between gaps.
    const points = drawn.points.filter((point) => point !== null && bySecond.has(point[0]));
    return { ...drawn, points, now: last ? spanText(last) : 'none' };
  };
  return [
    plot(
      { ...frame, title: 'Orders, by what became of them', unit: 'a second' },
      OUTCOMES.map(([state, tone]) => line(state, tone, ({ outcomes }) => outcomes[state] ?? 0)),
    ),
    plot({ ...frame, title: 'From placed to reserved', unit: 'ms' }, [
      time('p50', 'held'),
      time('p99', 'late'),
    ]),
    plot({ ...frame, title: 'Events in one transaction', unit: '' }, [
      line('mean', 'held', ({ events, batches }) => Math.round(events / Math.max(1, batches))),
      line('largest', 'late', ({ largest }) => largest),
    ]),
    plot({ ...frame, title: 'Locks', unit: 'a second' }, [
      line('ms waited', 'held', ({ lockWaitMs }) => lockWaitMs),
      line('times busy', 'bad', ({ lockBusy }) => lockBusy),
    ]),
  ];
}

function lastOf(points: PlotLine['points']): string {
  const last = points.at(-1);
  return last ? countText(last[1]) : 'none';
}

function endingTable({ ending }: Now): HTMLElement {
  const rows = (ending ?? []).map(({ withinSeconds, orders, units }, index, all) => {
    const before = all[index - 1]?.withinSeconds ?? 0;
    const from = spanText(before * 1000);
    const when = withinSeconds === null ? `after ${from}` : spanOf(before, withinSeconds);
    return [when, orders, units];
  });
  return table('What open holds would return', ['if not paid', 'orders', 'units'], rows, 'unknown');
}

function spanOf(fromSeconds: number, toSeconds: number): string {
  const to = spanText(toSeconds * 1000);
  return fromSeconds === 0 ? `within ${to}` : `in ${spanText(fromSeconds * 1000)} to ${to}`;
}

function queueTable({ queues, workers }: Now): HTMLElement {
  const rows = (queues ?? []).map(({ queue, waiting, active, delayed, failed }) => [
    h('a', { href: `/queues/queue/${queue}` }, queue),
    waiting,
    active,
    delayed,
    failed,
    workers?.[queue] ?? '?',
  ]);
  const heads = ['queue', 'waiting', 'active', 'delayed', 'failed', 'workers'];
  return table('Queues', heads, rows, 'their Redis cannot be reached');
}

function healthTable({ health }: Now): HTMLElement {
  const rows = Object.entries(health.checks).map(([name, { ok, ms, error }]) => [
    name,
    h('span', { class: ok ? 'well' : 'wrong' }, ok ? 'well' : 'wrong'),
    spanText(ms),
    error ?? '',
  ]);
  return table('Dependencies', ['what', 'how', 'answered in', 'problem'], rows);
}
