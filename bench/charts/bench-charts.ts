import type { Sample } from '../contender.ts';
import type { CpuSeconds } from '../cpu-clock.ts';
import { median } from '../percentiles.ts';
import { fixed } from '../result-table.ts';
import { type Bar, barChart } from './bar-chart.ts';
import { type KeptResult, middleOf, ratesOf, seriesNamed } from './kept-result.ts';
import type { Colour } from './svg-page.ts';

const OURS = /^(saga|reserve) /;
const RATES_NOTE = 'orders/s, median of all rounds; the line is the least and the most';

const WHOLE_WAY = [
  'saga hot',
  'saga many',
  'saga three lines',
  'saga hot envelopes',
  'saga many envelopes',
  'empty singly',
  'empty bulk',
  'saga hot closed-loop',
  'empty singly closed-loop',
];
const RESERVE_LEG = [
  'reserve nudged',
  'reserve one by one',
  'conditional update',
  'lock per order',
];
const HALF_LOAD = ['saga half load', 'empty half load'];
const CPU = ['saga hot', 'saga hot envelopes', 'empty singly', 'empty bulk', 'direct sql'];

const WHO: readonly { readonly key: keyof CpuSeconds; readonly text: string; colour: Colour }[] = [
  { key: 'worker', text: 'worker', colour: 0 },
  { key: 'driver', text: 'driver', colour: 1 },
  { key: 'database', text: 'database', colour: 2 },
  { key: 'queueRedis', text: 'queue Redis', colour: 3 },
  { key: 'lockNodes', text: '5 lock nodes', colour: 4 },
];

/** Each chart of a result by the name of its file; what was not measured is not drawn. */
export function benchCharts(result: KeptResult): Map<string, string> {
  const charts = new Map<string, string>();
  const draw = (name: string, title: string, note: string, bars: Bar[], legend = {}) => {
    if (bars.length > 0) charts.set(name, barChart({ title, note, bars, ...legend }));
  };
  const rates = (names: readonly string[]) => seriesNamed(result, names).map(rateBar);
  draw('whole-way.svg', 'Placed, reserved and paid', RATES_NOTE, rates(WHOLE_WAY));
  draw('reserve-leg.svg', 'Reserve one hot goods id', RATES_NOTE, rates(RESERVE_LEG));
  draw(
    'half-load.svg',
    'From add to reserved, at half load',
    'milliseconds, median of all rounds',
    seriesNamed(result, HALF_LOAD).flatMap(latencyBars),
  );
  draw(
    'processor-time.svg',
    'Processor time for 1,000 orders',
    'seconds, of all processes, median of all rounds',
    seriesNamed(result, CPU).flatMap(cpuBars),
    { legend: WHO },
  );
  return charts;
}

type Series = KeptResult['series'][number];

function rateBar(one: Series): Bar {
  const rates = ratesOf(one);
  const value = median(rates);
  return {
    // Which package it was, and how it was set, is told by the table.
    label: one.name.replace(/ \(.*/, ''),
    parts: [{ value, colour: OURS.test(one.name) ? 0 : 1 }],
    text: fixed(value, 0),
    range: [Math.min(...rates), Math.max(...rates)],
  };
}

function latencyBars(one: Series): Bar[] {
  return (['p50', 'p99'] as const).flatMap((which) => {
    const value = middleOf(one, ({ latencyMs }) => latencyMs?.[which]);
    if (value === null) return [];
    const colour = OURS.test(one.name) ? 0 : 1;
    return [{ label: `${one.name}, ${which}`, parts: [{ value, colour }], text: fixed(value, 1) }];
  });
}

function cpuBars(one: Series): Bar[] {
  const parts = WHO.flatMap(({ key, colour }) => {
    const value = middleOf(one, (sample) => perThousand(sample, key));
    return value === null ? [] : [{ value, colour }];
  });
  if (parts.length === 0) return [];
  const all = parts.reduce((sum, { value }) => sum + value, 0);
  return [{ label: one.name, parts, text: fixed(all, 2) }];
}

function perThousand({ cpu, orders }: Sample, key: keyof CpuSeconds): number | null {
  return cpu && (cpu[key] / orders) * 1000;
}
