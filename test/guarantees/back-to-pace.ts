import { pause } from '../../src/kernel/index.ts';
import { until } from '../support/until.ts';
import type { Figure, Measurement, Place } from './figure.ts';
import { measuredIn } from './measured-system.ts';
import { OrderStream } from './order-stream.ts';

const PER_SECOND = 100;
const WARM_MS = 2000;
const CALM_MS = 2000;
const DOWN_MS = 2000;
const WATCHED_MS = 10_000;
/** Throughput is what a whole second shows. */
const WINDOW_MS = 1000;
const SHARE = 0.8;
const BACK_WITHIN_MS = 5000;

interface Outage {
  begin(): Promise<void>;
  /** Ends when the server answers again. */
  end(): Promise<void>;
}

/** A stream of orders through the queue, in which a server dies and comes back. */
async function backAfter(place: Place, how: string, outage: Outage): Promise<readonly Figure[]> {
  return await measuredIn(place, { api: false }, async (system) => {
    const starts = system.world.workers.map((one) => one.starts);
    const stream = new OrderStream(system, { name: 'o', perSecond: PER_SECOND, lookEveryMs: 50 });
    stream.start();
    await pause(WARM_MS + CALM_MS);
    const calm = stream.rate(performance.now() - CALM_MS, performance.now());
    await outage.begin();
    await pause(DOWN_MS);
    await outage.end();
    const back = performance.now();
    const isAtPace = (now: number) => stream.rate(now - WINDOW_MS, now) >= SHARE * calm;
    const reached = () => performance.now() >= back + WINDOW_MS && isAtPace(performance.now());
    await until(reached, WATCHED_MS, 'the pace of before', 20).catch(() => undefined); // told below
    const took = isAtPace(performance.now()) ? performance.now() - back : Number.NaN;
    await pause(1000);
    await stream.finish(20_000);
    const restarts = system.world.workers.filter((one, at) => one.starts !== starts[at]);
    return [
      { what: `orders in a second, before, ${how}`, value: calm, unit: '/s', atLeast: 50 },
      { what: `80 % of that again, ${how}`, value: took, unit: 'ms', atMost: BACK_WITHIN_MS },
      { what: `workers restarted, ${how}`, value: restarts.length, unit: '', atMost: 0 },
      { what: `orders in the end, ${how}`, value: stream.orders.size, unit: '' },
    ];
  });
}

const redisDies = ({ site: { queue } }: Place): Outage => ({
  begin: () => queue.kill(),
  end: () => queue.start(),
});
const databaseDies = ({ site: { database } }: Place): Outage => ({
  begin: () => database.kill(),
  end: () => database.start(),
});

export const backToPace: Measurement = {
  id: 'G7',
  promise: 'when a server is back, so is the pace, and nobody restarts anything',
  measure: async (place) => [
    ...(await backAfter(place, 'queue Redis killed', redisDies(place))),
    ...(await backAfter(place, 'database killed', databaseDies(place))),
  ],
};
