import {
  AppError,
  backoffMs,
  codeOf,
  type LogFields,
  type Logger,
  messageOf,
  pause,
  type Random,
} from '../kernel/index.ts';
import { type Database, isFailure } from '../mysql/index.ts';
import { forSaleOf } from '../stock/index.ts';
import type { Verdict } from './commit-group.ts';
import type { Rules } from './decision.ts';
import { isStockEvent, orderIdOf, type SagaEvent } from './event.ts';
import type { GoodsMemory } from './goods-memory.ts';
import { HandedLock, type Lead, type Leads } from './lock-hand-over.ts';
import type { GoodsLocks, LockAnswer } from './locking.ts';
import type { Outcome } from './outcome.ts';
import type { SagaStats } from './saga-stats.ts';
import type { Flight, Waiting } from './taken-batch.ts';
import {
  type Cover,
  FenceRefused,
  isFaultOfData,
  MovesNeedLock,
  type Transacted,
  transact,
} from './transact.ts';
import type { World } from './world.ts';

export interface BatchParts {
  readonly database: Database;
  readonly locks: GoodsLocks;
  readonly rules: Rules;
  readonly memory: GoodsMemory;
  readonly leads: Leads;
  readonly stats: SagaStats;
  readonly logger: Logger;
  readonly warnNoQuorum: (fields: LogFields) => void;
  readonly random: Random;
  readonly monotonicMs: () => number;
  /** How long somebody else may hold a lock before the event is given back to its queue. */
  readonly busyLimitMs: number;
  /** Called after the COMMIT, before anybody is answered. */
  readonly onCommit: (world: World, events: readonly SagaEvent[]) => void;
  /** Keeps an event that the data itself makes impossible. */
  readonly bury: (event: SagaEvent, error: unknown) => Promise<void>;
}

export type BatchResult = Outcome | 'read-again';
type Batch = readonly Waiting<SagaEvent>[];
type Verdicts = readonly Verdict<BatchResult>[];
/** A lock may be handed on to the batch that follows. */
type BatchCover = Exclude<Cover, { kind: 'locked' }> | (Locked & { readonly held: HandedLock });
type Locked = Extract<Cover, { kind: 'locked' }>;

const TRIES = 6;
const DUPLICATES_MAX = 3;
const BACKOFF = { firstMs: 10, capMs: 1000 };
const QUEUE_FOR_LOCK_MS = 2000;

/**
 * Carries out one batch: covers it with a lock, transacts it, and tries it again, whole, when
 * something that passes was in the way. Only what the data itself causes splits it, until the bad
 * event stands alone and is buried.
 */
export async function runBatch(batch: Batch, flight: Flight, parts: BatchParts): Promise<Verdicts> {
  parts.stats.batches += 1;
  parts.stats.batchMax = Math.max(parts.stats.batchMax, batch.length);
  try {
    return await tryUntilDone(batch, flight, parts);
  } catch (error) {
    if (!isFaultOfData(error)) return batch.map(() => ({ kind: 'failed', error }));
    if (batch.length === 1) return await buryAlone(batch, error, parts);
    return await split(batch, flight, parts);
  }
}

async function split(batch: Batch, flight: Flight, parts: BatchParts): Promise<Verdicts> {
  parts.stats.splits += 1;
  const middle = Math.ceil(batch.length / 2);
  const first = await runBatch(batch.slice(0, middle), flight, parts);
  return [...first, ...(await runBatch(batch.slice(middle), flight, parts))];
}

async function buryAlone(batch: Batch, error: unknown, parts: BatchParts): Promise<Verdicts> {
  parts.stats.buried += 1;
  const verdicts: Verdict<BatchResult>[] = [];
  for (const { item } of batch) {
    await parts.bury(item, error);
    const cause = new AppError('event-impossible', `the data refuse this: ${messageOf(error)}`, {
      cause: error,
      details: { event: item.kind },
    });
    verdicts.push({ kind: 'failed', error: cause });
  }
  return verdicts;
}

async function tryUntilDone(batch: Batch, flight: Flight, parts: BatchParts): Promise<Verdicts> {
  let fenceAbove: bigint | undefined;
  let duplicates = 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryOnce(batch, flight, parts, fenceAbove);
    } catch (error) {
      if (error instanceof FenceRefused) {
        parts.stats.fenceRefused += 1;
        fenceAbove = error.stored;
      } else {
        if (isFailure(error, 'duplicate')) duplicates += 1;
        if (!passes(error, duplicates)) throw error;
      }
      if (attempt >= TRIES) throw asRetryable(error);
      parts.stats.retries += 1;
      parts.logger.debug('batch tried again', { attempt, code: codeOf(error) });
      await pause(backoffMs(attempt, BACKOFF, parts.random));
    }
  }
}

/**
 * A duplicate is a race when it happens once, and a fault of the data when it stays. Tries that
 * something else was in the way of say nothing of it.
 */
function passes(error: unknown, duplicates: number): boolean {
  if (!(error instanceof AppError) || !error.retryable) return false;
  return !isFailure(error, 'duplicate') || duplicates < DUPLICATES_MAX;
}

/** What a batch is given back with when its tries are used up; nothing of it is at fault. */
function asRetryable(error: unknown): unknown {
  const options = { retryable: true, cause: error };
  if (error instanceof FenceRefused) return new AppError('fence-refused', error.message, options);
  // As it is it would be taken for a fault of the data.
  if (!isFailure(error, 'duplicate')) return error;
  return new AppError('raced-in-vain', 'somebody else wrote the same at the last try', options);
}

async function tryOnce(
  batch: Batch,
  flight: Flight,
  parts: BatchParts,
  fenceAbove: bigint | undefined,
): Promise<Verdicts> {
  const goods = goodsOfBatch(batch);
  const events = batch.map(({ item }) => item);
  const lead = parts.leads.of(flight.follows);
  if (lead) {
    // Goods that it had to leave to others are not foreseen, and must not be taken for unknown.
    const foreseen = [...goods].every((goodsId) => lead.goods.has(goodsId));
    if (foreseen && !events.some(isStockEvent)) {
      return await followOn(batch, flight, parts, lead, goods);
    }
    await lead.committed;
  }
  if (goods.size === 0 || parts.memory.foreseesNoMoves(events)) {
    try {
      return await carryOut(batch, flight, parts, { kind: 'none', goods });
    } catch (error) {
      if (!(error instanceof MovesNeedLock)) throw error; // else: the hint was old; take the lock
    }
  }
  const answer = await askForLock(batch, goods, parts, fenceAbove);
  switch (answer.kind) {
    case 'held': {
      const held = new HandedLock(answer.held, parts.monotonicMs());
      return await carryOut(batch, flight, parts, { kind: 'locked', held, goods });
    }
    case 'unreachable':
      parts.stats.lockUnreachable += 1;
      parts.warnNoQuorum({ reason: answer.reason });
      return await carryOut(batch, flight, parts, { kind: 'rows-only', goods });
    case 'busy':
      return await goWithoutBusy(
        batch,
        flight,
        new Set(answer.names.map(Number)),
        parts,
        fenceAbove,
      );
  }
}

function goodsOfBatch(batch: Batch): ReadonlySet<number> {
  return new Set(batch.flatMap(({ keys }) => keys.filter((key) => typeof key === 'number')));
}

async function askForLock(
  batch: Batch,
  goods: ReadonlySet<number>,
  parts: BatchParts,
  fenceAbove: bigint | undefined,
): Promise<LockAnswer> {
  parts.stats.lockRounds += 1;
  const names = [...goods].toSorted((one, other) => one - other).map(String);
  const ask = fenceAbove === undefined ? {} : { fenceAbove };
  const timeoutMs = Math.min(QUEUE_FOR_LOCK_MS, parts.busyLimitMs);
  const isPatient = batch.some(({ refusals }) => refusals >= PATIENT_AFTER);
  const start = parts.monotonicMs();
  try {
    return isPatient
      ? await parts.locks.lock(names, { ...ask, timeoutMs })
      : await parts.locks.tryLock(names, ask);
  } finally {
    parts.stats.lockWaitMs += parts.monotonicMs() - start;
  }
}

/** From this many refusals on an event queues for its lock instead of asking again. */
export const PATIENT_AFTER = 3;

/** Those whose goods somebody else holds are set aside; the others go now. */
async function goWithoutBusy(
  batch: Batch,
  flight: Flight,
  busy: ReadonlySet<number>,
  parts: BatchParts,
  fenceAbove: bigint | undefined,
): Promise<Verdicts> {
  parts.stats.lockBusy += 1;
  const isBusy = ({ keys }: Waiting<SagaEvent>) =>
    keys.some((key) => typeof key === 'number' && busy.has(key));
  // An answer that names none of ours says nothing about who could go: all wait a little.
  const free = batch.some(isBusy) ? batch.filter((waiting) => !isBusy(waiting)) : [];
  const done = free.length === 0 ? [] : await tryOnce(free, flight, parts, fenceAbove);
  const verdictOf = new Map(free.map((waiting, index) => [waiting, done[index]]));
  return batch.map((waiting) => verdictOf.get(waiting) ?? setAside(waiting, busy, parts));
}

function setAside(
  waiting: Waiting<SagaEvent>,
  busy: ReadonlySet<number>,
  parts: BatchParts,
): Verdict<BatchResult> {
  if (parts.monotonicMs() - waiting.since > parts.busyLimitMs) {
    const error = new AppError('lock-busy', `somebody else has held the goods for too long`, {
      retryable: true,
      details: { goods: [...busy] },
    });
    return { kind: 'failed', error };
  }
  const forMs = 1 + parts.random() * 3 * (waiting.refusals + 1);
  const keys = waiting.keys.filter((key) => typeof key === 'string' || busy.has(key));
  return { kind: 'aside', busy: keys, forMs };
}

/**
 * Goes on from what the batch before will leave behind, while that one is still being written. All
 * that is left for its turn is to write the balances, which only match if it was foreseen well.
 */
async function followOn(
  batch: Batch,
  flight: Flight,
  parts: BatchParts,
  lead: Lead,
  goods: ReadonlySet<number>,
): Promise<Verdicts> {
  parts.stats.followed += 1;
  const held = lead.lock.share();
  try {
    return await carryOut(batch, flight, parts, { kind: 'locked', held, goods, after: lead });
  } catch (error) {
    if (!isFaultOfData(error)) throw error;
    // What was foreseen may never come true, and it stays foreseen for as long as the batch before
    // is being written: only what was read can say that the data are at fault.
    await lead.committed;
    throw new AppError('foreseen-in-vain', 'what was foreseen did not fit the data', {
      retryable: true,
      cause: error,
    });
  }
}

/** Carries the batch out under its cover, and gives the lock back. */
async function carryOut(
  batch: Batch,
  flight: Flight,
  parts: BatchParts,
  cover: BatchCover,
): Promise<Verdicts> {
  const events = batch.map(({ item }) => item);
  const start = parts.monotonicMs();
  const held = cover.kind === 'locked' ? cover.held : undefined;
  let ended: (committed: boolean) => void = () => undefined;
  let transacted: Transacted;
  try {
    transacted = await transact(parts.database, events, parts.rules, cover, (world) => {
      if (held?.mayBeHandedOn(parts.monotonicMs())) ended = parts.leads.add(flight, held, world);
    });
    ended(true);
  } catch (error) {
    ended(false);
    throw error;
  } finally {
    // Not waited for: the next holder may come a moment later, the answers need not.
    void held?.release().catch((error: unknown) => {
      parts.logger.warn('a lock could not be released; its time will end it', {
        error: messageOf(error),
      });
    });
  }
  parts.stats.events += batch.length;
  learn(parts.memory, transacted);
  parts.onCommit(transacted.world, events);
  if (parts.logger.writes('debug')) tell(parts, events, transacted, cover, start);
  return transacted.outcomes.map((outcome, index) => {
    if (outcome) return { kind: 'done', result: outcome };
    parts.stats.rereads += 1;
    const event = events[index];
    if (event && !isStockEvent(event)) parts.memory.forgetLines(orderIdOf(event));
    return { kind: 'done', result: 'read-again' };
  });
}

function tell(
  { logger, monotonicMs }: BatchParts,
  events: readonly SagaEvent[],
  { outcomes }: Transacted,
  cover: Cover,
  start: number,
): void {
  for (const [index, outcome] of outcomes.entries()) {
    const event = events[index]?.kind;
    if (outcome && 'orderId' in outcome) {
      const { orderId, state, change } = outcome;
      logger.debug('order', { orderId, event, state, change });
    }
  }
  const ms = Math.round(monotonicMs() - start);
  logger.debug('batch', { events: events.length, goods: cover.goods.size, cover: cover.kind, ms });
}

function learn(memory: GoodsMemory, { world }: Transacted): void {
  for (const { orderId, lines } of world.changedOrders()) memory.rememberLines(orderId, lines);
  for (const goodsId of world.facts.balances.keys()) {
    const balance = world.balanceOf(goodsId);
    memory.rememberForSale(goodsId, balance ? forSaleOf(balance) : 0);
  }
}
