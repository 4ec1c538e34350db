import {
  AppError,
  type Clock,
  type Logger,
  type Random,
  unreachable,
  warnNowAndThen,
} from '../kernel/index.ts';
import type { Database } from '../mysql/index.ts';
import { CommitFeed, type CommitListener } from './commit-feed.ts';
import { CommitGroup, type Otherwise } from './commit-group.ts';
import { DeadLetters } from './dead-letters.ts';
import type { Rules } from './decision.ts';
import { goodsNamedBy, isStockEvent, orderIdOf, replacedBy, type SagaEvent } from './event.ts';
import { GoodsMemory } from './goods-memory.ts';
import { Leads } from './lock-hand-over.ts';
import type { GoodsLocks } from './locking.ts';
import { type Nudges, nudgeAfter } from './nudges.ts';
import { OrderPeek } from './order-peek.ts';
import type { Outcome } from './outcome.ts';
import { type BatchResult, PATIENT_AFTER, runBatch } from './run-batch.ts';
import { newSagaStats, type SagaStats } from './saga-stats.ts';
import type { Key } from './taken-batch.ts';

export interface SagaParts {
  readonly database: Database;
  readonly locks: GoodsLocks;
  readonly nudges: Nudges;
  readonly rules: Rules;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly batching?: Partial<Batching>;
}

export interface Batching {
  /** Events in one transaction at most; one with much in it counts twice. */
  readonly eventsMax: number;
  /** Goods ids under one lock at most. */
  readonly goodsMax: number;
  /** Batches in flight at once. */
  readonly lanes: number;
  /** How long somebody else may hold goods before an event that wants them is given back. */
  readonly busyLimitMs: number;
  /** From this many events on a batch may be made ready while the one before it is written. */
  readonly followFrom: number;
}

const BATCHING: Batching = {
  eventsMax: 800,
  goodsMax: 256,
  lanes: 4,
  busyLimitMs: 30_000,
  followFrom: 200,
};
const REREADS_MAX = 20;

/** What became of one of several events; each stands for itself. */
export type Advanced = { readonly outcome: Outcome } | { readonly error: unknown };

/** The one door: every change of stock or order goes through `advance`, from wherever it comes. */
export interface Saga {
  /** Answers when the event's transaction has committed, or rejects with why it could not. */
  advance(event: SagaEvent): Promise<Outcome>;
  /** Several events; one that fails does not keep the others. */
  advanceAll(events: readonly SagaEvent[]): Promise<readonly Advanced[]>;
  /** Tells of every commit of this process, until the answer is called. */
  onCommit(listener: CommitListener): () => void;
  readonly deadLetters: DeadLetters;
  readonly stats: SagaStats;
}

export function createSaga(parts: SagaParts): Saga {
  const batching = { ...BATCHING, ...parts.batching };
  const memory = new GoodsMemory();
  const stats = newSagaStats();
  const deadLetters = new DeadLetters(parts.database, stats);
  const peek = new OrderPeek(parts.database);
  const feed = new CommitFeed(parts.logger);
  const leads = new Leads();
  const warnNoQuorum = warnNowAndThen(
    parts.logger,
    parts.clock,
    'no lock quorum; going on under row locks alone',
  );
  const monotonicMs = () => parts.clock.monotonicMs();
  const group = new CommitGroup<SagaEvent, BatchResult>({
    run: (batch, flight) =>
      runBatch(batch, flight, {
        ...parts,
        memory,
        leads,
        stats,
        monotonicMs,
        busyLimitMs: batching.busyLimitMs,
        warnNoQuorum,
        onCommit: (world, events) => {
          nudgeAfter(world, events, parts.nudges);
          feed.tell(world, events.length);
        },
        bury: (event, error) => deadLetters.buryEvent(event, error),
      }),
    monotonicMs,
    lanes: batching.lanes,
    patientLanes: 4,
    itemsMax: batching.eventsMax,
    weightOf: (event) => (memory.isSmall(event) ? 1 : 2),
    keysMax: batching.goodsMax,
    patientAfter: PATIENT_AFTER,
    followFrom: batching.followFrom,
  });

  const advance = async (event: SagaEvent): Promise<Outcome> => {
    // Which goods an order wants is read before its batch is formed and again inside the
    // transaction; when the two differ, the event goes back in line.
    for (let reading = 0; reading < REREADS_MAX; reading += 1) {
      const goods = await goodsWantedBy(event, memory, peek);
      const kind = goods.length === 0 ? 'orders' : 'stock';
      const keys = [...keysOf(event), ...goods];
      const result = await group.submit(event, keys, kind, otherwiseOf(event));
      if (result !== 'read-again') return result;
    }
    throw new AppError('order-unsettled', 'the goods of this order changed at every reading', {
      retryable: true,
    });
  };

  return {
    advance,
    advanceAll: async (events) => {
      const settled = await Promise.allSettled(events.map(advance));
      return settled.map((one) =>
        one.status === 'fulfilled' ? { outcome: one.value } : { error: one.reason },
      );
    },
    onCommit: (listener) => feed.listen(listener),
    deadLetters,
    stats,
  };
}

/** An order must be kept soon, whoever has its goods: then it is only placed. */
function otherwiseOf(event: SagaEvent): Otherwise<SagaEvent> | undefined {
  if (event.kind !== 'placed' || event.reserveWithinMs === undefined) return undefined;
  if (replacedBy(event) !== undefined) return undefined; // it cannot make way later
  const { reserveWithinMs: afterMs, ...placedOnly } = event;
  return { item: placedOnly, keys: keysOf(event), kind: 'orders', afterMs };
}

async function goodsWantedBy(
  event: SagaEvent,
  memory: GoodsMemory,
  peek: OrderPeek,
): Promise<readonly number[]> {
  if (isStockEvent(event) || event.kind === 'sell') return goodsNamedBy(event);
  if (event.kind !== 'placed') return await goodsOfOrder(orderIdOf(event), memory, peek);
  const replaces = replacedBy(event);
  const freed = replaces === undefined ? [] : await goodsOfOrder(replaces, memory, peek);
  return [...new Set([...goodsNamedBy(event), ...freed])];
}

async function goodsOfOrder(
  orderId: string,
  memory: GoodsMemory,
  peek: OrderPeek,
): Promise<readonly number[]> {
  let lines = memory.linesOf(orderId);
  if (!lines) {
    lines = await peek.linesOf(orderId);
    if (lines.length > 0) memory.rememberLines(orderId, lines);
  }
  return lines.map(({ goodsId }) => goodsId);
}

/** What else must not be in two batches at once: orders, payment ids, idempotency keys. */
function keysOf(event: SagaEvent): readonly Key[] {
  switch (event.kind) {
    case 'payment':
      return [event.payment.orderId, `payment:${event.payment.paymentId}`];
    case 'refunded':
      return [event.orderId, `payment:${event.paymentId}`];
    case 'stock-set':
    case 'stock-count':
    case 'stock-adjust':
      return [`adjustment:${event.idempotencyKey}`];
    case 'stock-keep':
      return [];
    case 'placed':
      return [orderIdOf(event), ...[replacedBy(event) ?? []].flat()];
    case 'reserve':
    case 'cancel':
    case 'due':
    case 'sell':
    case 'return':
    case 'extend':
    case 'payment-started':
    case 'cancel-lines':
    case 'return-lines':
      return [orderIdOf(event)];
    default:
      return unreachable(event);
  }
}
