import { quantile } from '../../bench/percentiles.ts';
import { SteadyLoad } from '../support/steady-load.ts';
import { until } from '../support/until.ts';
import type { Figure, Measurement } from './figure.ts';
import { type MeasuredSystem, measuredIn } from './measured-system.ts';

const PER_SECOND = 50;
const CALM_MS = 2000;
const AWAY_MS = 6000;
const ANSWERED_WITHIN_MS = 1000;

async function placed(system: MeasuredSystem, name: string, forMs: number): Promise<SteadyLoad> {
  const load = new SteadyLoad({
    name,
    perSecond: PER_SECOND,
    forMs,
    // Every fifth caller waits for the decision.
    place: (orderId, at) => system.place(orderId, at % 5 === 0 ? '?wait=5s' : ''),
  });
  await load.done;
  return load;
}

const p99 = ({ sent }: SteadyLoad) =>
  quantile(
    sent.map(({ ms }) => ms),
    0.99,
  );

async function measure(system: MeasuredSystem): Promise<readonly Figure[]> {
  // A system that has just started compiles itself while it works; nobody asks for that here.
  await placed(system, 'warm', 3000);
  const calm = await placed(system, 'calm', CALM_MS);
  system.loseQueue();
  const away = await placed(system, 'away', AWAY_MS);
  const good = away.sent.filter(({ status }) => status !== null && status < 300);
  const undecided = () => system.number("SELECT COUNT(*) AS n FROM orders WHERE state = 'placed'");
  // What is left is a figure of its own.
  await until(async () => (await undecided()) === 0, 5000, 'decisions', 50).catch(() => undefined);
  const left = await undecided();
  system.world.heal();
  const known = await system.number(
    "SELECT COUNT(*) AS n FROM orders WHERE order_id LIKE 'away-%'",
  );
  return [
    { what: 'answer to an order, p99, before', value: p99(calm), unit: 'ms' },
    {
      what: 'answer to an order, p99, Redis swallows everything',
      value: p99(away),
      unit: 'ms',
      // On a machine that is busy otherwise, no more than it took before.
      atMost: Math.max(ANSWERED_WITHIN_MS, Math.ceil(p99(calm))),
    },
    {
      what: 'orders accepted meanwhile',
      value: (100 * good.length) / away.sent.length,
      unit: '%',
      atLeast: 99,
    },
    { what: 'accepted and not kept', value: Math.max(0, good.length - known), unit: '', atMost: 0 },
    { what: 'undecided while it was still away', value: left, unit: '', atMost: 0 },
  ];
}

export const doorsWithoutRedis: Measurement = {
  id: 'G6',
  promise: 'the API takes orders and decides them without the queue Redis',
  measure: (place) => measuredIn(place, {}, measure),
};
