import { expect } from 'chai';
import { AppError } from '../../src/kernel/index.ts';
import type { GrpcAnswer } from '../support/grpc-client.ts';
import { type GrpcRoom, grpcRoom } from '../support/grpc-room.ts';

const sale = (orderSn: string, ...lines: readonly (readonly [goodsId: number, num: number])[]) => ({
  orderSn,
  goodsInfo: lines.map(([goodsId, num]) => ({ goodsId, num })),
});
const OK = { status: 'OK', value: {} } as const;

describe('the calls of the inventory over gRPC', () => {
  let room: GrpcRoom;

  before(async () => {
    room = await grpcRoom();
  });
  after(async () => await room.drop());
  beforeEach(async () => {
    for (const goodsId of [1, 2]) await room.call('SetInv', { goodsId, num: 100 });
  });
  afterEach(async () => expect(await room.differences()).to.deep.equal([]));

  const detail = (goodsId: number) => room.call('InvDetail', { goodsId });
  const sell = (...of: Parameters<typeof sale>) => room.call('Sell', sale(...of));
  const reback = (...of: Parameters<typeof sale>) => room.call('Reback', sale(...of));
  const stateOf = async (orderId: string) =>
    (await room.database.rows(`SELECT state FROM orders WHERE order_id = ?`, [orderId]))[0];

  it('set what is for sale, and tell it', async () => {
    expect(await room.call('SetInv', { goodsId: 31, num: 7 })).to.deep.equal(OK);
    expect(await detail(31)).to.deep.equal({ status: 'OK', value: { goodsId: 31, num: 7 } });
    await sell('set-31', [31, 2]);
    expect(await room.call('SetInv', { goodsId: 31, num: 7 })).to.deep.equal(OK);
    expect(await room.call('SetInv', { goodsId: 31, num: 7 })).to.deep.equal(OK);
    expect(await room.counts(31)).to.deep.equal({ available: 7, held: 0, sold: 2 });
    expect(await room.call('SetInv', { goodsId: 31, num: 0 })).to.deep.equal(OK);
    expect(await detail(31)).to.deep.nested.include({ 'value.num': 0 });
  });

  it('take the largest number that travels, and say when there are more', async () => {
    const goodsId = 2 ** 31 - 1;
    await room.call('SetInv', { goodsId, num: 2 ** 31 - 1 });
    expect(await detail(goodsId)).to.deep.nested.include({ 'value.num': 2 ** 31 - 1 });
    await room.restock(goodsId, 1);
    expect(await detail(goodsId)).to.include({ status: 'OUT_OF_RANGE', code: 'beyond-int32' });
  });

  it('know no goods that never had stock', async () => {
    const answer = await detail(404);
    expect(answer).to.include({ status: 'NOT_FOUND', code: 'unknown-goods-id' });
    expect(answer.message).to.equal('goods 404 have never had stock');
  });

  it('sell every line or none, and sum lines of the same goods', async () => {
    const before = await room.counts(1);
    expect(await sell('sum', [1, 2], [2, 1], [1, 3])).to.deep.equal(OK);
    expect(await room.counts(1)).to.include({ available: 95, sold: before.sold + 5 });
    expect(await stateOf('sum')).to.deep.equal({ state: 'paid' });
    const { status, code, message } = await sell('much', [2, 1], [1, 90], [1, 6]);
    expect({ status, code }).to.deep.equal({ status: 'RESOURCE_EXHAUSTED', code: 'sold-out' });
    expect(message).to.equal('order much is rejected: goods 1: 95 of 96 available');
    expect(await room.counts(2)).to.include({ available: 99 });
  });

  it('answer the same to the same sale, however often, and sell once', async () => {
    const { sold } = await room.counts(1);
    for (let time = 0; time < 3; time += 1) {
      expect(await sell('again', [1, 2])).to.deep.equal(OK);
      expect(await sell('never', [1, 1000])).to.include({ status: 'RESOURCE_EXHAUSTED' });
    }
    await room.restock(1, 5000);
    expect(await sell('never', [1, 1000])).to.include({ status: 'RESOURCE_EXHAUSTED' });
    expect(await room.counts(1)).to.include({ sold: sold + 2 });
    const other = await sell('again', [1, 3]);
    expect(other).to.include({ status: 'ALREADY_EXISTS', code: 'order-conflict' });
  });

  it('tell unknown goods from goods that are sold out', async () => {
    const answer = await sell('unknown', [1, 1], [404, 1]);
    expect(answer).to.include({ status: 'INVALID_ARGUMENT', code: 'unknown-goods' });
    expect(answer.message).to.contain('goods 404: 0 of 1');
    expect(await room.counts(1)).to.include({ available: 100 });
  });

  it('name only some of many short lines, so that every client can read the answer', async () => {
    const lines = Array.from({ length: 100 }, (_, index) => [1000 + index, 1] as const);
    const { status, message } = await sell('short', ...lines);
    expect(status).to.equal('INVALID_ARGUMENT');
    expect(message).to.match(/goods 1004: 0 of 1, 95 more available$/);
  });

  it('bring everything back, once, whatever the request says of quantities', async () => {
    const { sold } = await room.counts(1);
    await sell('back', [1, 4], [2, 2]);
    for (const lines of [[[1, 1]], [], [[9, 999]]] as const) {
      expect(await reback('back', ...lines)).to.deep.equal(OK);
      expect(await room.counts(1)).to.deep.equal({ available: 100, held: 0, sold });
    }
    expect(await stateOf('back')).to.deep.equal({ state: 'returned' });
    const late = await sell('back', [1, 4], [2, 2]);
    expect(late).to.include({ status: 'FAILED_PRECONDITION', code: 'order-over' });
    expect(late.message).to.equal('order back is returned; sell under another orderSn');
  });

  it('keep a sale from happening whose return came first', async () => {
    expect(await reback('first')).to.deep.equal(OK);
    expect(await reback('first')).to.deep.equal(OK);
    expect(await stateOf('first')).to.deep.equal({ state: 'awaited' });
    for (let time = 0; time < 2; time += 1) {
      const answer = await sell('first', [1, 1]);
      expect(answer).to.include({ status: 'FAILED_PRECONDITION', code: 'order-over' });
    }
    expect(await reback('first')).to.deep.equal(OK);
    expect(await room.counts(1)).to.include({ available: 100 });
  });

  it('settle what an order of the other doors holds, or release it', async () => {
    for (const orderId of ['held', 'let-go']) {
      await room.place(orderId, [{ goodsId: 1, quantity: 2 }]);
      await room.reserve(orderId);
    }
    expect(await sell('held', [1, 2])).to.deep.equal(OK);
    expect(await reback('let-go')).to.deep.equal(OK);
    expect(await stateOf('held')).to.deep.equal({ state: 'paid' });
    expect(await stateOf('let-go')).to.deep.equal({ state: 'cancelled' });
    expect(await room.counts(1)).to.include({ available: 98, held: 0 });
  });

  it('leave orders alone that are over', async () => {
    await room.place('late', [{ goodsId: 1, quantity: 2 }]);
    await room.reserve('late');
    await room.letTimePass('late');
    await room.due('late');
    expect(await sell('late', [1, 2])).to.include({ status: 'FAILED_PRECONDITION' });
    expect(await reback('late')).to.deep.equal(OK);
    expect(await stateOf('late')).to.deep.equal({ state: 'expired' });
  });

  const orderSn = 'allowed is 1 to 64 characters of A-Z a-z 0-9 . _ -';
  const num = 'allowed is a whole number from 1 to 1000000';
  const many = Array.from({ length: 101 }, () => [1, 1] as const);
  const invalid: readonly (readonly [string, object, string])[] = [
    ['Sell', sale('', [1, 1]), `orderSn is "", ${orderSn}`],
    ['Sell', sale('a b', [1, 1]), `orderSn is "a b", ${orderSn}`],
    ['Sell', sale('x'.repeat(65), [1, 1]), orderSn],
    ['Sell', sale('o', [1, 0]), `goodsInfo[0].num is 0, ${num}`],
    ['Sell', sale('o', [1, 1], [1, -1]), `goodsInfo[1].num is -1, ${num}`],
    ['Sell', sale('o', [1, 1_000_001]), num],
    ['Sell', sale('o', [0, 1]), 'goodsInfo[0].goodsId is 0'],
    ['Sell', sale('o', [-7, 1]), 'goodsInfo[0].goodsId is -7'],
    ['Sell', sale('o'), 'allowed is a list of 1 to 100 lines { goodsId, num }'],
    ['Sell', sale('o', ...many), 'allowed is a list of 1 to 100 lines { goodsId, num }'],
    ['Sell', {}, `orderSn is "", ${orderSn}`],
    ['Reback', sale('', [1, 1]), `orderSn is "", ${orderSn}`],
    ['SetInv', { goodsId: 0, num: 1 }, 'goodsId is 0'],
    ['SetInv', { goodsId: 1, num: -1 }, 'num is -1'],
    ['InvDetail', { goodsId: -1 }, 'goodsId is -1'],
    ['InvDetail', {}, 'goodsId is 0'],
  ];
  for (const [method, request, words] of invalid) {
    it(`refuse ${method} ${JSON.stringify(request).slice(0, 60)}, and change nothing`, async () => {
      const answer: GrpcAnswer = await room.call(method, request);
      expect(answer).to.include({ status: 'INVALID_ARGUMENT', code: 'invalid-input' });
      expect(answer.message).to.contain(words);
      expect(await stateOf('o')).to.equal(undefined);
    });
  }
});

describe('errors behind a call over gRPC', () => {
  const failing = async (error: unknown): Promise<GrpcRoom> => {
    const saga = {
      advance: async () => {
        throw error;
      },
    };
    return await grpcRoom({ parts: { saga } });
  };

  it('pass, when they do, as UNAVAILABLE, so that clients try again', async () => {
    const why = new AppError('database-failed', 'secret host db-7 is away', { retryable: true });
    const room = await failing(why);
    const answer = await room.call('Sell', sale('o', [1, 1]));
    expect(answer).to.deep.equal({
      status: 'UNAVAILABLE',
      code: 'database-failed',
      message: 'this passes; try again in a moment',
    });
    await room.drop();
  });

  for (const why of [
    new Error('secret words'),
    new AppError('event-impossible', 'secret words'),
    'secret words',
  ]) {
    it(`say nothing of themselves when nobody foresaw them: ${typeof why}`, async () => {
      const room = await failing(why);
      for (const method of ['Sell', 'Reback', 'SetInv']) {
        const answer = await room.call(method, { ...sale('o', [1, 1]), goodsId: 1 });
        expect(answer).to.deep.equal({
          status: 'INTERNAL',
          code: 'unexpected',
          message: 'the call could not be carried out',
        });
      }
      await room.drop();
    });
  }
});
