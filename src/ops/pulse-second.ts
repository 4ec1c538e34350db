import { ORDER_STATES, type OrderState } from '../orders/index.ts';

type Outcomes = Partial<Record<OrderState, number>>;

/** What was done in one second, by one process or by several; what was not done is left out. */
export interface PulseSecond {
  /** Seconds since 1970. */
  readonly at: number;
  /** Orders that reached a state, by that state. */
  readonly outcomes: Readonly<Outcomes>;
  /** From placed to reserved, in milliseconds; null when nothing was reserved. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly batches: number;
  readonly events: number;
  readonly largest: number;
  readonly lockWaitMs: number;
  readonly lockRounds: number;
  readonly lockBusy: number;
}

/** A second as it is counted: how long reserving took can still be put together with others. */
export interface CountedSecond {
  readonly at: number;
  readonly outcomes: Outcomes;
  /** How many were reserved within each step of the scale. */
  readonly times: Map<number, number>;
  batches: number;
  events: number;
  largest: number;
  lockWaitMs: number;
  lockRounds: number;
  lockBusy: number;
}

const SUMMED = ['batches', 'events', 'lockWaitMs', 'lockRounds', 'lockBusy'] as const;
const COUNTS = [...SUMMED, 'largest'] as const;

/** Each step of the scale is a tenth longer than the one before, and so is the mistake. */
const STEP = Math.log(1.1);
/** Two days: who waited longer is counted with them, so that a second stays small. */
const LAST_STEP = 200;

export function emptySecond(at: number): CountedSecond {
  const counts = { batches: 0, events: 0, largest: 0, lockWaitMs: 0, lockRounds: 0, lockBusy: 0 };
  return { at, outcomes: {}, times: new Map(), ...counts };
}

export function isIdle({ events, lockRounds }: CountedSecond): boolean {
  return events === 0 && lockRounds === 0;
}

export function countOutcome({ outcomes }: CountedSecond, state: OrderState, orders = 1): void {
  outcomes[state] = (outcomes[state] ?? 0) + orders;
}

export function countTime({ times }: CountedSecond, seconds: number): void {
  const step = Math.ceil(Math.log(Math.max(1, seconds * 1000)) / STEP);
  countStep(times, Math.min(step, LAST_STEP), 1);
}

/** One second of several processes: all of them together. */
export function together(seconds: readonly CountedSecond[]): CountedSecond {
  const sum = emptySecond(seconds[0]?.at ?? 0);
  for (const one of seconds) {
    for (const name of SUMMED) sum[name] += one[name];
    sum.largest = Math.max(sum.largest, one.largest);
    for (const state of ORDER_STATES) {
      const orders = one.outcomes[state];
      if (orders !== undefined) countOutcome(sum, state, orders);
    }
    for (const [step, count] of one.times) countStep(sum.times, step, count);
  }
  return sum;
}

export function shownSecond({ times, lockWaitMs, ...second }: CountedSecond): PulseSecond {
  return {
    ...second,
    lockWaitMs: Math.round(lockWaitMs),
    p50: timeOf(times, 0.5),
    p99: timeOf(times, 0.99),
  };
}

export function textOfSecond({ times, lockWaitMs, ...second }: CountedSecond): string {
  return JSON.stringify({ ...second, lockWaitMs: Math.round(lockWaitMs), times: [...times] });
}

/** Answers null for what no process of this version wrote: it is left out of what is shown. */
export function secondOfText(text: string): CountedSecond | null {
  const read = parsed(text);
  if (read === null || !isCount(read['at'])) return null;
  const second = emptySecond(read['at']);
  for (const name of COUNTS) {
    const count = read[name];
    if (!isCount(count)) return null;
    second[name] = count;
  }
  const { outcomes, times } = read;
  if (typeof outcomes !== 'object' || outcomes === null || !Array.isArray(times)) return null;
  for (const state of ORDER_STATES) {
    const orders = (outcomes as Outcomes)[state];
    if (isCount(orders)) second.outcomes[state] = orders;
  }
  for (const entry of times.slice(0, LAST_STEP + 1)) {
    const [step, count] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (!isCount(step) || step > LAST_STEP || !isCount(count)) return null;
    countStep(second.times, step, count);
  }
  return second;
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const read = JSON.parse(text) as unknown;
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : null;
  } catch {
    return null; // told by the answer: whatever is not ours is left out
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function countStep(times: Map<number, number>, step: number, count: number): void {
  times.set(step, (times.get(step) ?? 0) + count);
}

function timeOf(times: ReadonlyMap<number, number>, share: number): number | null {
  let left = share * [...times.values()].reduce((sum, count) => sum + count, 0);
  for (const [step, count] of [...times].toSorted(([one], [other]) => one - other)) {
    left -= count;
    if (left <= 0) return Math.round(Math.exp(step * STEP));
  }
  return null;
}
