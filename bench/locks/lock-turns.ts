import { present } from '../../src/kernel/index.ts';
import { turnsOf } from '../rounds.ts';
import { FIVE, isRedlock, RETRIES } from './lock-entries.ts';
import type { LockCrew } from './lock-crew.ts';
import type { LockEntry, RetrySettings } from './lock-load.ts';
import { CALLERS_BESIDE, KEY_COUNTS, type LockPlan } from './lock-plan.ts';
import { type LockSample, type LockSeries, rateOf } from './lock-samples.ts';

type Say = (line: string) => void;

/** One contender in one kind of measurement. */
export interface LockTurn {
  readonly name: string;
  /** In all rounds together. */
  readonly ms: number;
  /** So long before the first round, uncounted: code is slow until it has been compiled. */
  readonly warmUpMs: number;
  readonly measure: (ms: number) => Promise<LockSample>;
}

/** Those that are compared stand side by side, and so do all sizes of a lock of many names. */
export function lockTurns(
  crew: LockCrew,
  entries: readonly LockEntry[],
  plan: LockPlan,
): LockTurn[] {
  type Measure = (entry: LockEntry, ms: number) => Measuring;
  const all = (title: string, ms: number, warmUpMs: number, measure: Measure) =>
    entries.map((entry) => ({
      name: `${title}: ${titleOf(entry)}`,
      ms,
      warmUpMs,
      measure: (part: number) => measure(entry, part),
    }));
  return [
    ...all('alone', plan.aloneMs, plan.warmUpMs, (entry, ms) =>
      crew.alone({ entry, ms, callers: 1, keys: 1 }),
    ),
    ...all(`${CALLERS_BESIDE} beside`, plan.besideMs, plan.warmUpMs, (entry, ms) =>
      crew.alone({ entry, ms, callers: CALLERS_BESIDE, keys: 1 }),
    ),
    ...entries
      .filter((entry) => entry.name === FIVE || isRedlock(entry))
      .flatMap((entry) =>
        KEY_COUNTS.map((keys) => ({
          name: `keys ${keys}: ${titleOf(entry)}`,
          ms: plan.keysMs,
          warmUpMs: plan.warmUpMs,
          measure: (ms: number) => crew.alone({ entry, ms, callers: 1, keys }),
        })),
      ),
    ...[...plan.contestMs].flatMap(([waiters, wholeMs]) =>
      all(`hand-off ${waiters}`, wholeMs, 0, (entry, ms) => crew.contest(entry, waiters, ms)),
    ),
  ];
}

type Measuring = Promise<LockSample>;

function titleOf({ name, retry }: LockEntry): string {
  return retry ? `${name} (${retryText(retry)})` : name;
}

/** Every contender once in each round; what is compared is never far apart in time. */
export async function takeTurns(
  turns: readonly LockTurn[],
  rounds: number,
  say: Say,
): Promise<LockSeries[]> {
  const samples = new Map<string, LockSample[]>(turns.map(({ name }) => [name, []]));
  for (const { name, warmUpMs, measure } of turns) {
    if (warmUpMs === 0) continue;
    say(`warming up: ${name}`);
    await measure(warmUpMs);
  }
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, ms, measure } of turnsOf(round, turns)) {
      const sample = await measure(ms / rounds);
      samples.get(name)?.push(sample);
      say(`round ${round}/${rounds}  ${name}: ${rateOf(sample).toFixed(0)}/s`);
    }
  }
  return turns.map(({ name }) => ({ name, samples: samples.get(name) ?? [] }));
}

const MOST_WAITERS = 64;

/**
 * Packages that ask again and again do so in the way that suits them best in the largest crowd.
 * One of them is tried: the other has the same algorithm.
 */
export async function atTheirBest(
  crew: LockCrew,
  entries: readonly LockEntry[],
  probeMs: number,
  say: Say,
): Promise<LockEntry[]> {
  const probed = entries.find(isRedlock);
  if (!probed) return [...entries];
  let best: { readonly retry: RetrySettings; readonly rate: number } | undefined;
  for (const retry of RETRIES) {
    const name = `${probed.name} ${retryText(retry)}`;
    const rate = rateOf(await crew.contest({ ...probed, name, retry }, MOST_WAITERS, probeMs));
    say(`probing ${name}: ${rate.toFixed(0)} hand-offs/s`);
    if (!best || rate > best.rate) best = { retry, rate };
  }
  const retry = present(best, 'a way to ask again').retry;
  return entries.map((entry) => (isRedlock(entry) ? { ...entry, retry } : entry));
}

function retryText({ delayMs, count }: RetrySettings): string {
  return `${delayMs} ms${count < 0 ? '' : ` x ${count}`}`;
}
