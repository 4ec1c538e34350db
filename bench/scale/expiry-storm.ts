import { pause, systemClock } from '../../src/kernel/index.ts';
import { inChunks } from '../in-chunks.ts';
import type { WantedOrder } from '../goods-supply.ts';
import { percentilesOf } from '../percentiles.ts';
import { multiplyOrders } from './order-copies-store.ts';
import type { StormPlan } from './scale-plan.ts';
import { endHoldsAt, heldUpTo, ordersThere, type SeqRange } from './scale-store.ts';
import type { Figure, Scenario } from './scenario.ts';
import { type Stage, withStages } from './stage.ts';
import { endlessOrders, SteadyFlow } from './steady-flow.ts';

const FIRST_HOLDS = 5000;
const AT_ONCE = 1000;
/** Ends of holds that are written in a second, by far. */
const WRITTEN_PER_MS = 5;
const WARM_UP_MS = 4000;
const LOOK_MS = 200;
/** The longest that a storm may last, so that the flow does not run out of goods. */
const STORM_MAX_MS = 300_000;
const MUST = 2;

/** Holds that all end in the same second, while new orders come at a steady rate. */
export function expiryStormScenario(plan: StormPlan): Scenario {
  return {
    name: 'expiry storm',
    run: (parts) =>
      withStages(parts, { expiry_storm: 1 }, async ([stage]) => {
        if (!stage) return { figures: [], samples: [] };
        const holds = await holdMany(stage, plan.holds);
        parts.say(`${holds.count} orders are held`);
        return await weather(stage, plan, holds, parts.say);
      }),
  };
}

async function holdMany({ rig, supply }: Stage, wanted: number) {
  const first = Math.min(wanted, FIRST_HOLDS);
  const { goods, run } = await supply.stocked(1, first);
  const orders = Array.from({ length: first }, (_, index) => supply.orderOf(run, goods, index));
  for (const some of inChunks(orders, AT_ONCE)) await hold({ supply }, some);
  await multiplyOrders(rig.database, wanted);
  return await ordersThere(rig.database);
}

async function hold(
  { supply }: Pick<Stage, 'supply'>,
  orders: readonly WantedOrder[],
): Promise<void> {
  await supply.place(orders);
  const via = { cause: 'cli', attempt: 1 } as const;
  const results = await supply.saga.advanceAll(
    orders.map(({ orderId }) => ({ kind: 'reserve', orderId, via })),
  );
  for (const result of results) if ('error' in result) throw result.error;
}

async function weather(
  { rig, supply, worker }: Stage,
  { perSecond, quietMs }: StormPlan,
  holds: SeqRange & { readonly count: number },
  say: (line: string) => void,
) {
  const mostMs = quietMs + WARM_UP_MS + STORM_MAX_MS;
  const orderOf = await endlessOrders(supply, 1, Math.ceil((mostMs / 1000) * perSecond));
  const preparedMs = systemClock.wallMs() + holds.count / WRITTEN_PER_MS;
  const dueMs = Math.ceil((preparedMs + WARM_UP_MS + quietMs) / 1000) * 1000;
  await endHoldsAt(rig.database, { ...holds, part: 10_000 }, dueMs);
  await rig.queues.addAlarm(dueMs, dueMs - systemClock.wallMs());
  const flow = new SteadyFlow({ rig, perSecond, orderOf });
  const storm = async () => {
    await pause(dueMs - systemClock.wallMs());
    const from = systemClock.monotonicMs();
    say('the storm begins');
    const until = from + STORM_MAX_MS;
    for (let left = holds.count; left > 0 && systemClock.monotonicMs() < until; ) {
      await pause(LOOK_MS);
      left = await heldUpTo(rig.database, holds.first, holds.last);
    }
    const to = systemClock.monotonicMs();
    flow.end();
    return { from, to };
  };
  const [{ from, to }] = await Promise.all([storm(), flow.run()]);
  const { batchMax } = (await worker.ask({ type: 'stats' })) as unknown as { batchMax: number };
  const between = (start: number, end: number) =>
    flow.seen.filter(({ sentMs }) => sentMs >= start && sentMs < end).map(({ tookMs }) => tookMs);
  const quiet = between(from - quietMs, from);
  const stormy = between(from, to);
  const left = await heldUpTo(rig.database, holds.first, holds.last);
  const seconds = (to - from) / 1000;
  return {
    figures: figuresOf({ quiet, stormy, seconds, count: holds.count, left, batchMax }),
    samples: { from, to, quietMs, seen: flow.seen },
  };
}

interface Weather {
  readonly quiet: readonly number[];
  readonly stormy: readonly number[];
  readonly seconds: number;
  readonly count: number;
  readonly left: number;
  readonly batchMax: number;
}

function figuresOf({ quiet, stormy, seconds, count, left, batchMax }: Weather): Figure[] {
  const [calm, rough] = [percentilesOf(quiet), percentilesOf(stormy)];
  return [
    { what: 'holds', value: count, unit: '' },
    { what: 'holds left', value: left, unit: '', must: 0, atMost: true },
    { what: 'until all are returned', value: seconds, unit: 's' },
    { what: 'largest batch', value: batchMax, unit: 'events' },
    { what: 'new orders before', value: quiet.length, unit: '' },
    { what: 'new orders meanwhile', value: stormy.length, unit: '' },
    { what: 'quiet p50', value: calm.p50, unit: 'ms' },
    { what: 'quiet p99', value: calm.p99, unit: 'ms' },
    { what: 'storm p50', value: rough.p50, unit: 'ms' },
    { what: 'storm p99', value: rough.p99, unit: 'ms' },
    { what: 'p99, storm / quiet', value: rough.p99 / calm.p99, unit: '', must: MUST, atMost: true },
  ];
}
