import { median } from '../../bench/percentiles.ts';
import { pause } from '../../src/kernel/index.ts';
import { SteadyLoad } from '../support/steady-load.ts';
import type { Figure, Measurement, Place } from './figure.ts';
import { type MeasuredSystem, measuredIn, type SystemOptions } from './measured-system.ts';

const HOLDS = 200;
const PER_SECOND = 100;
const HOLD_SECONDS = 5;
const SWEEP_MS = 1000;
const LOOK_MS = 10;
/** Longer than any of them may take. */
const LATEST_MS = 12_000;

interface Returned {
  /** How late each was first seen returned, by the clock of the database. */
  readonly lateMs: readonly number[];
  readonly early: number;
}

/** Holds that are let run out, over several seconds as in a shop. */
async function holdsRunOut(
  system: MeasuredSystem,
  whenHeld: () => Promise<unknown>,
): Promise<Returned> {
  const load = new SteadyLoad({
    name: 'hold',
    perSecond: PER_SECOND,
    forMs: (HOLDS * 1000) / PER_SECOND,
    place: (orderId) => system.placeSurely(orderId, '?wait=5s'),
  });
  await load.done;
  const accepted = load.sent.filter(({ status }) => status === 201 || status === 202);
  if (accepted.length < HOLDS) throw new Error(`${accepted.length} of ${HOLDS} were accepted`);
  await whenHeld();
  const lateMs = await seenReturned(system);
  const early = await system.number(
    `SELECT COUNT(*) AS n FROM movements m JOIN orders o ON o.seq = m.order_seq
     WHERE m.kind = 'release' AND m.at < o.expires_at`,
  );
  return { lateMs, early };
}

async function seenReturned({ world }: MeasuredSystem): Promise<readonly number[]> {
  const seen = new Map<string, number>();
  const end = performance.now() + HOLD_SECONDS * 1000 + LATEST_MS;
  while (seen.size < HOLDS && performance.now() < end) {
    const rows = await world.database.rows<{ orderId: string; late: string }>(
      `SELECT order_id AS orderId,
         TIMESTAMPDIFF(MICROSECOND, expires_at, UTC_TIMESTAMP(6)) / 1000 AS late
       FROM orders WHERE state = 'expired'`,
    );
    for (const { orderId, late } of rows) {
      if (!seen.has(orderId)) seen.set(orderId, Number(late));
    }
    await pause(LOOK_MS);
  }
  return [...seen.values()];
}

function figuresOf({ lateMs, early }: Returned, how: string, atMost: number): Figure[] {
  return [
    { what: `holds returned, ${how}`, value: lateMs.length, unit: '', atLeast: HOLDS },
    { what: `returned after expiry, median, ${how}`, value: median(lateMs), unit: 'ms' },
    {
      what: `returned after expiry, latest, ${how}`,
      value: Math.max(...lateMs),
      unit: 'ms',
      atMost,
    },
    { what: `returned before expiry, ${how}`, value: early, unit: '', atMost: 0 },
  ];
}

const options: SystemOptions = {
  settings: {
    HOLDFAST_HOLD_SECONDS: String(HOLD_SECONDS),
    HOLDFAST_SWEEP_MS: String(SWEEP_MS),
  },
};

async function withRedis(place: Place): Promise<readonly Figure[]> {
  const returned = await measuredIn(place, options, (system) =>
    holdsRunOut(system, () => Promise.resolve()),
  );
  return figuresOf(returned, 'with Redis', 1000);
}

async function withoutRedis(place: Place): Promise<readonly Figure[]> {
  const { queue } = place.site;
  const returned = await measuredIn(place, options, async (system) => {
    try {
      return await holdsRunOut(system, () => queue.kill());
    } finally {
      await queue.start();
    }
  });
  return figuresOf(returned, 'the queue Redis dead', SWEEP_MS + 2000);
}

export const holdsComeBack: Measurement = {
  id: 'G4',
  promise: 'held goods come back when their time is over',
  measure: async (place) => [...(await withRedis(place)), ...(await withoutRedis(place))],
};

export const neverEarly: Measurement = {
  id: 'G5',
  promise: 'and never before, whatever the clocks of the workers say',
  measure: async (place) => {
    const skewed = { ...options, skewsMs: [60_000, -60_000] };
    const returned = await measuredIn(place, skewed, (system) =>
      holdsRunOut(system, () => Promise.resolve()),
    );
    return figuresOf(returned, 'clocks 60 s fast and 60 s slow', SWEEP_MS + 2000);
  },
};
