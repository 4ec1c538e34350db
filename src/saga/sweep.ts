import {
  createPeriodicService,
  type Logger,
  pause,
  type Random,
  type Service,
  systemClock,
} from '../kernel/index.ts';
import type { Database } from '../mysql/index.ts';
import { dueOrderIds, postponeOrders } from '../orders/index.ts';
import type { Saga } from './advance.ts';
import type { Via } from './event.ts';

const PAGE = 100;
/** The longest pause between two pages, however long the one before has taken. */
const GIVE_WAY_MS = 500;

export interface DueParts {
  readonly database: Database;
  readonly saga: Pick<Saga, 'advance'>;
  /** How long a page waits for the last of its orders. Default 5 s. */
  readonly patienceMs?: number;
}

/** Who goes through what is due with a saga; the promise never rejects. */
const underWay = new WeakMap<DueParts['saga'], Promise<void>>();

/**
 * Moves on every order whose time has come, page by page, without Redis. One that could not be
 * decided is put off, so that it never stands in the way of those behind it. In a process one does
 * so at a time, or the sweep and every alarm that rings meanwhile would do all of it again.
 */
export async function advanceDue(
  parts: DueParts,
  cause: Via['cause'],
  signal?: AbortSignal,
): Promise<number> {
  const { saga } = parts;
  for (let other = underWay.get(saga); other; other = underWay.get(saga)) await other;
  const going = goThrough(parts, cause, signal).finally(() => underWay.delete(saga));
  const ended = () => undefined; // its failure is told to the caller, not to those who wait
  underWay.set(saga, going.then(ended, ended));
  return await going;
}

async function goThrough(
  parts: DueParts,
  cause: Via['cause'],
  signal: AbortSignal | undefined,
): Promise<number> {
  let moved = 0;
  while (!signal?.aborted) {
    const startMs = systemClock.monotonicMs();
    const orderIds = await dueOrderIds(parts.database, PAGE);
    if (orderIds.length === 0) break;
    const stuck = await advancePage(parts, orderIds, { cause, attempt: 1 });
    // Another process may have moved them meanwhile; only those still due are put off.
    if (stuck.length > 0) await postponeOrders(parts.database, stuck);
    moved += orderIds.length - stuck.length;
    if (orderIds.length < PAGE) break;
    // New orders have their turn: goods that come back a little later are nobody's loss.
    await pause(Math.min(GIVE_WAY_MS, systemClock.monotonicMs() - startMs), signal);
  }
  return moved;
}

/**
 * Answers those that were not moved. One whose goods a foreigner has locked is put off after a
 * while like any other that is stuck, so that the thousands behind it need not wait for it.
 */
async function advancePage(
  { saga, patienceMs = 5000 }: DueParts,
  orderIds: readonly string[],
  via: Via,
): Promise<readonly string[]> {
  const done = new AbortController();
  const late = pause(patienceMs, done.signal).then(() => false);
  const moved = await Promise.all(
    orderIds.map((orderId) => {
      const moving = saga.advance({ kind: 'due', orderId, via }).then(
        ({ change }) => change === 'changed',
        () => false, // put off; the saga has kept what can never be done
      );
      return Promise.race([moving, late]);
    }),
  );
  done.abort();
  return orderIds.filter((_, index) => !moved[index]);
}

export interface SweepOptions extends DueParts {
  readonly periodMs: number;
  readonly logger: Logger;
  readonly random: Random;
}

/** Finds what nobody moved, in every worker process, for as long as it runs. */
export function createSweep(options: SweepOptions): Service {
  const { saga, periodMs, logger, random } = options;
  return createPeriodicService({
    name: 'sweep',
    periodMs,
    trouble: 'the sweep could not read what is due; it tries again',
    work: async (ending) => {
      if (underWay.has(saga)) return;
      const moved = await advanceDue(options, 'sweep', ending);
      if (moved > 0) logger.debug('swept', { orders: moved });
    },
    logger,
    random,
  });
}
