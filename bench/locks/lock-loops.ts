import { setMaxListeners } from 'node:events';
import { pause } from '../../src/kernel/index.ts';
import { percentilesOf } from '../percentiles.ts';
import {
  type AloneAnswer,
  type AloneLoad,
  type ContestAnswer,
  type ContestLoad,
  type Hold,
  sharedUs,
} from './lock-load.ts';
import type { Taker } from './lock-takers.ts';

/** A name is used again after so many others, so that none is new for long. */
const NAMES = 4;
const LET_THROUGH_MS = 5;
const AFTER_A_FAILURE_MS = 10;

const never = new AbortController().signal;

/** Takes and gives back what nobody else wants, and measures each time. */
export async function takeAlone(taker: Taker, load: AloneLoad): Promise<AloneAnswer> {
  const { ms, callers, keys } = load;
  const lists = Array.from({ length: callers }, (_, caller) => namesOf(caller, keys));
  const takeOne = async (names: readonly string[]) => {
    const taken = await taker.take(names, never);
    await taken?.giveBack();
  };
  for (const names of lists.flat()) await takeOne(names);

  const times: number[] = [];
  const tripsBefore = taker.trips();
  const start = performance.now();
  const until = start + ms;
  await Promise.all(
    lists.map(async (mine) => {
      for (let turn = 0; performance.now() < until; turn += 1) {
        const began = performance.now();
        await takeOne(mine[turn % mine.length] ?? []);
        times.push((performance.now() - began) * 1000);
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  const trips = tripsBetween(tripsBefore, taker.trips());
  return { done: times.length, seconds, ...percentilesOf(times), trips };
}

function namesOf(caller: number, keys: number): string[][] {
  return Array.from({ length: NAMES }, (_, list) =>
    Array.from({ length: keys }, (__, key) => `${caller}-${list}-${key}`),
  );
}

/** Waits with all the others for one lock, holds it for a turn of the event loop, asks again. */
export async function contest(taker: Taker, load: ContestLoad): Promise<ContestAnswer> {
  const { name, waiters, firstWaiter, startUs, ms } = load;
  const endUs = startUs + ms * 1000;
  const holds: Hold[] = [];
  const over = new AbortController();
  setMaxListeners(0, over.signal); // one of the packages listens once for each pause of each wait
  let failed = 0;
  const tripsBefore = taker.trips();

  const waitAndHold = async (waiter: number): Promise<void> => {
    const taken = await taker.take([name], over.signal);
    if (!taken) return;
    const from = sharedUs();
    await aTurn();
    const until = sharedUs();
    if (from < endUs) holds.push({ waiter, from, until, fence: taken.fence });
    await taken.giveBack();
  };
  const runWaiter = async (waiter: number): Promise<void> => {
    while (sharedUs() < endUs) {
      try {
        await waitAndHold(waiter);
      } catch (error) {
        // What is left over at the end may have been taken away from its holder.
        if (sharedUs() >= endUs) return;
        if (failed === 0) process.stderr.write(`${load.entry.name}: ${String(error)}\n`);
        failed += 1;
        await pause(AFTER_A_FAILURE_MS);
      }
    }
  };

  await pause((startUs - sharedUs()) / 1000);
  const all = Promise.all(Array.from({ length: waiters }, (_, at) => runWaiter(firstWaiter + at)));
  await pause((endUs - sharedUs()) / 1000);
  const trips = tripsBetween(tripsBefore, taker.trips());
  over.abort();
  await letThrough(taker, name, all);
  return { holds, failed, trips };
}

async function letThrough(taker: Taker, name: string, all: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  const ended = all.finally(() => done.abort());
  while (!done.signal.aborted) {
    await pause(LET_THROUGH_MS, done.signal);
    if (!done.signal.aborted) await taker.letThrough(name);
  }
  await ended;
}

function aTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function tripsBetween(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before;
}
