import { status, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { randomName } from '../../kernel/index.ts';
import type { Database } from '../../mysql/index.ts';
import type { OrderOutcome, Saga, SagaEvent, StockOutcome } from '../../saga/index.ts';
import { readStockView } from '../../stock/index.ts';
import type { Role } from '../access.ts';
import { type Answer, refused } from './grpc-answer.ts';
import { goodsAsked, orderToReturn, saleAsked, stockToSet } from './inventory-shapes.ts';
import { DONE, type Nothing, saleAnswer } from './sale-answer.ts';
import type { UnaryCalls } from './unary-calls.ts';

const VIA = { cause: 'grpc', attempt: 1 } as const;
/** Everybody who has a token may read stock. */
const READERS: readonly Role[] = ['viewer', 'producer', 'payments'];
const INT32_MAX = 2 ** 31 - 1;

export interface InventoryParts {
  readonly saga: Pick<Saga, 'advance'>;
  readonly database: Database;
}

/** The four calls of the service, each a few words on its way to the one door. */
export function inventoryCalls(
  { saga, database }: InventoryParts,
  unary: UnaryCalls,
): UntypedServiceImplementation {
  const order = async (event: SagaEvent) => (await saga.advance(event)) as OrderOutcome;

  const setInv = async (request: unknown): Promise<Answer<Nothing>> => {
    const asked = stockToSet(request);
    // To set the same once more changes nothing, so a call that is sent again needs no key.
    const idempotencyKey = `grpc-${randomName()}`;
    const event = { kind: 'stock-set', ...asked, reason: 'set over gRPC', idempotencyKey } as const;
    const outcome = (await saga.advance({ ...event, via: VIA })) as StockOutcome;
    if (outcome.change !== 'refused') return DONE;
    const { code = 'refused', message = 'refused' } = outcome;
    return refused(code, status.FAILED_PRECONDITION, message);
  };

  const invDetail = async (request: unknown): Promise<Answer<{ goodsId: number; num: number }>> => {
    const goodsId = goodsAsked(request);
    const stock = await readStockView(database, goodsId);
    if (!stock) {
      const message = `goods ${goodsId} have never had stock`;
      return refused('unknown-goods-id', status.NOT_FOUND, message);
    }
    const { forSale = stock.available } = stock;
    if (forSale <= INT32_MAX) return { value: { goodsId, num: forSale } };
    const message = `${forSale} units are for sale, more than an int32 can say`;
    return refused('beyond-int32', status.OUT_OF_RANGE, message);
  };

  const sell = async (request: unknown): Promise<Answer<Nothing>> =>
    saleAnswer(await order({ kind: 'sell', ...saleAsked(request), via: VIA }));

  const reback = async (request: unknown): Promise<Answer<Nothing>> => {
    const orderId = orderToReturn(request);
    // A cancel is right for every order but a paid one, also for one that nobody knows yet: it
    // leaves a stub there, on which a Sell that comes late is cancelled.
    const cancelled = await order({ kind: 'cancel', orderId, via: VIA });
    if (cancelled.state !== 'paid') return DONE;
    const { change, code, message } = await order({ kind: 'return', orderId, via: VIA });
    if (change !== 'refused') return DONE;
    return refused(code ?? 'refused', status.FAILED_PRECONDITION, message ?? 'refused');
  };

  return {
    SetInv: unary('SetInv', ['operator'], setInv),
    InvDetail: unary('InvDetail', READERS, invDetail),
    Sell: unary('Sell', ['producer'], sell),
    Reback: unary('Reback', ['producer'], reback),
  };
}
