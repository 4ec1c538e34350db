import { median } from '../../bench/percentiles.ts';
import { until } from '../support/until.ts';
import type { Figure, Measurement } from './figure.ts';
import { type MeasuredSystem, measuredIn } from './measured-system.ts';

const ORDERS = 40;
const MAJORITY = 3;
const ADDED_AT_MOST_MS = 500;
/** One order finds out that nobody answers; that takes 500 ms, and then it does its work. */
const SLOWEST_AT_MOST_MS = 1000;
const RECOVERED_WITHIN_MS = 5000;

/** One order after the other, each waited for: how long each took. */
async function oneByOne(system: MeasuredSystem, name: string, count: number): Promise<number[]> {
  const took: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const start = performance.now();
    const status = await system.placeSurely(`${name}-${at}`, '?wait=10s');
    if (status !== 201) throw new Error(`an order was answered with ${status}`);
    took.push(performance.now() - start);
  }
  return took;
}

const fenced = (system: MeasuredSystem, name: string) =>
  system.number(
    `SELECT COUNT(m.fence) AS n FROM movements m JOIN orders o ON o.seq = m.order_seq
     WHERE o.order_id LIKE '${name}-%'`,
  );

async function measure(system: MeasuredSystem): Promise<readonly Figure[]> {
  await oneByOne(system, 'warm', 20);
  const calm = await oneByOne(system, 'calm', ORDERS);
  system.loseLockNodes(MAJORITY);
  const away = await oneByOne(system, 'away', ORDERS);
  system.world.heal();
  const back = performance.now();
  let again = 0;
  const isFencedAgain = async (): Promise<boolean> => {
    again += 1;
    await oneByOne(system, `again${again}`, 1);
    return (await fenced(system, `again${again}`)) > 0;
  };
  await until(isFencedAgain, 2 * RECOVERED_WITHIN_MS, 'orders under a lock', 50);
  const recovered = performance.now() - back;
  const added = median(away) - median(calm);
  const atMost = ADDED_AT_MOST_MS;
  return [
    { what: 'an order, median, before', value: median(calm), unit: 'ms' },
    {
      what: 'orders under a lock before',
      value: await fenced(system, 'calm'),
      unit: '',
      atLeast: ORDERS,
    },
    {
      what: 'orders under row locks alone',
      value: ORDERS - (await fenced(system, 'away')),
      unit: '',
    },
    { what: 'added to an order, 3 of 5 nodes silent, median', value: added, unit: 'ms', atMost },
    {
      what: `added to the slowest of ${ORDERS}`,
      value: Math.max(...away) - median(calm),
      unit: 'ms',
      atMost: SLOWEST_AT_MOST_MS,
    },
    {
      what: 'under a lock again after they are back',
      value: recovered,
      unit: 'ms',
      atMost: RECOVERED_WITHIN_MS,
    },
  ];
}

export const majorityLost: Measurement = {
  id: 'G9',
  promise: 'without a majority of lock nodes work goes on, under row locks alone',
  measure: (place) => measuredIn(place, {}, measure),
};
