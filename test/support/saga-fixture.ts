import { randomName, systemClock, systemRandom } from '../../src/kernel/index.ts';
import type { Database } from '../../src/mysql/index.ts';
import type { OrderRequest, Part } from '../../src/orders/index.ts';
import type { PaymentNotice } from '../../src/payments/index.ts';
import {
  type Batching,
  createSaga,
  type GoodsLocks,
  noLocks,
  type Nudges,
  noNudges,
  type OrderOutcome,
  type Rules,
  type Saga,
  type SagaEvent,
  type StockOutcome,
} from '../../src/saga/index.ts';
import type { Logger } from '../../src/kernel/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { type FreshDatabase, freshDatabase } from './fresh-database.ts';

/** The doors of one saga, with the words of a test. */
export interface SagaDoors {
  readonly saga: Saga;
  place(
    orderId: string,
    lines: OrderRequest['lines'],
    more?: Partial<OrderRequest>,
  ): Promise<OrderOutcome>;
  reserve(orderId: string): Promise<OrderOutcome>;
  pay(payment: PaymentNotice): Promise<OrderOutcome>;
  cancel(orderId: string): Promise<OrderOutcome>;
  due(orderId: string): Promise<OrderOutcome>;
  sell(orderId: string, lines: OrderRequest['lines']): Promise<OrderOutcome>;
  giveBack(orderId: string): Promise<OrderOutcome>;
  cancelLines(orderId: string, parts: readonly Part[], requestId?: string): Promise<OrderOutcome>;
  returnLines(orderId: string, requestId: string, parts: readonly Part[]): Promise<OrderOutcome>;
  refunded(
    orderId: string,
    paymentId: string,
    said?: { actor: string; reason: string },
  ): Promise<OrderOutcome>;
  announce(orderId: string, seconds: number): Promise<OrderOutcome>;
  extend(orderId: string, seconds: number): Promise<OrderOutcome>;
  restock(goodsId: number, delta: number, idempotencyKey?: string): Promise<StockOutcome>;
}

export interface SagaFixture extends FreshDatabase, SagaDoors {
  /** Makes the database believe that this order's time is up. */
  letTimePass(orderId: string): Promise<void>;
}

export interface SagaFixtureOptions {
  readonly locks?: GoodsLocks;
  readonly nudges?: Nudges;
  readonly rules?: Partial<Rules>;
  readonly batching?: Partial<Batching>;
  readonly logger?: Logger;
  /** Another saga's database, as a second process has it; that one drops it. */
  readonly database?: Database;
}

const via = { cause: 'cli', attempt: 1 } as const;

/** A saga over a database of its own; with row locks alone unless it is given locks. */
export async function sagaFixture(options: SagaFixtureOptions = {}): Promise<SagaFixture> {
  const fresh = options.database
    ? { url: '', database: options.database, drop: () => Promise.resolve() }
    : await freshDatabase();
  return {
    ...fresh,
    ...sagaOver(fresh.database, options),
    letTimePass: async (orderId) => {
      await fresh.database.write(
        'UPDATE orders SET due_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE order_id = ?',
        [orderId],
      );
    },
  };
}

/** One more saga over the same database knows nothing of the first, as in another process. */
export function sagaOver(database: Database, options: SagaFixtureOptions = {}): SagaDoors {
  const saga = createSaga({
    database,
    locks: options.locks ?? noLocks,
    nudges: options.nudges ?? noNudges,
    rules: { latePayment: 'reserve-again', holdSeconds: 900, ...options.rules },
    logger: options.logger ?? silentLogger,
    clock: systemClock,
    random: systemRandom,
    ...(options.batching ? { batching: options.batching } : {}),
  });
  return sagaDoorsOf(saga);
}

export function sagaDoorsOf(saga: Saga): SagaDoors {
  const order = async (event: SagaEvent) => (await saga.advance(event)) as OrderOutcome;
  return {
    saga,
    place: (orderId, lines, more = {}) =>
      order({ kind: 'placed', order: { orderId, lines, ...more }, via }),
    reserve: (orderId) => order({ kind: 'reserve', orderId, via }),
    pay: (payment) => order({ kind: 'payment', payment, via }),
    cancel: (orderId) => order({ kind: 'cancel', orderId, via }),
    due: (orderId) => order({ kind: 'due', orderId, via }),
    sell: (orderId, lines) => order({ kind: 'sell', orderId, lines, via }),
    cancelLines: (orderId, parts, requestId) =>
      order({
        kind: 'cancel-lines',
        orderId,
        parts,
        ...(requestId === undefined ? {} : { requestId }),
        via,
      }),
    returnLines: (orderId, requestId, parts) =>
      order({ kind: 'return-lines', orderId, requestId, parts, via }),
    refunded: (orderId, paymentId, said = { actor: 'ann', reason: 'transfer' }) =>
      order({ kind: 'refunded', orderId, paymentId, ...said, via }),
    announce: (orderId, seconds) => order({ kind: 'payment-started', orderId, seconds, via }),
    extend: (orderId, seconds) => order({ kind: 'extend', orderId, seconds, via }),
    giveBack: (orderId) => order({ kind: 'return', orderId, via }),
    restock: async (goodsId, delta, idempotencyKey = `restock-${randomName(6)}`) => {
      const about = { goodsId, delta, reason: 'test', idempotencyKey };
      return (await saga.advance({ kind: 'stock-adjust', ...about, via })) as StockOutcome;
    },
  };
}
