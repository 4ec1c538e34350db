import { status as statuses } from '@grpc/grpc-js';
import { expect } from 'chai';
import { type GrpcClient, grpcClient } from '../support/grpc-client.ts';
import { type GrpcRoom, grpcRoom } from '../support/grpc-room.ts';

describe('clients of the inventory over gRPC', () => {
  let room: GrpcRoom;
  let variant: GrpcClient;

  before(async () => {
    room = await grpcRoom();
    variant = grpcClient(room.server.address, { proto: 'test/api/variant-inventory.proto' });
  });
  after(async () => {
    variant.close();
    await room.drop();
  });

  it('work unchanged with a proto of their own', async () => {
    const goods = { goods_id: 421, stock_num: 10 };
    expect(await variant.call('SetInv', goods)).to.include({ status: 'OK' });
    const order = {
      goods_info: [{ goods_id: 421, stock_num: 3 }],
      order_sn: '2026112012345678',
      remark: 'as a gift',
    };
    expect(await variant.call('Sell', order)).to.include({ status: 'OK' });
    expect(await variant.call('InvDetail', { goods_id: 421 })).to.deep.equal({
      status: 'OK',
      value: { goods_id: 421, stock_num: 7 },
    });
    expect(await variant.call('Reback', order)).to.include({ status: 'OK' });
    expect(await variant.call('InvDetail', { goods_id: 421 })).to.deep.nested.include({
      'value.stock_num': 10,
    });
    const much = { goods_info: [{ goods_id: 421, stock_num: 11 }], order_sn: 'much' };
    expect(await variant.call('Sell', much)).to.include({ status: 'RESOURCE_EXHAUSTED' });
  });

  it('may go away in the middle of a call, and others notice nothing', async () => {
    await room.call('SetInv', { goodsId: 5, num: 1000 });
    const orderOf = (index: number) => ({
      orderSn: `cut-${index}`,
      goodsInfo: [{ goodsId: 5, num: 1 }],
    });
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        room.call('Sell', orderOf(index), {
          // A third is called off at once, a third by a deadline, a third waits.
          ...(index % 3 === 0 ? { onSent: (cancel) => setImmediate(cancel) } : {}),
          ...(index % 3 === 1 ? { timeoutMs: 1 + (index % 20) } : {}),
        }),
      ),
    );
    const patient = answers.filter((_, index) => index % 3 === 2);
    expect(new Set(patient.map(({ status }) => status))).to.deep.equal(new Set(['OK']));
    // Whatever became of each, asking again gives one true answer, and each is sold once.
    const again = await Promise.all(answers.map((_, index) => room.call('Sell', orderOf(index))));
    expect(new Set(again.map(({ status }) => status))).to.deep.equal(new Set(['OK']));
    expect(await room.counts(5)).to.deep.equal({ available: 700, held: 0, sold: 300 });
    expect(await room.differences()).to.deep.equal([]);
  });

  it('are told so when they send more than a megabyte, or a call that does not exist', async () => {
    const goodsInfo = Array.from({ length: 200_000 }, () => ({ goodsId: 1e9, num: 1e6 }));
    const large = await room.call('Sell', { orderSn: 'large', goodsInfo });
    expect(large.status).to.equal('RESOURCE_EXHAUSTED');
    expect(large.code, 'not the one of sold-out').to.equal(undefined);
    const nothing = () => Buffer.alloc(0);
    const code = await new Promise<number | undefined>((resolve) => {
      room.client.raw.makeUnaryRequest('/Inventory/Repay', nothing, nothing, {}, (error) =>
        resolve(error?.code),
      );
    });
    expect(code).to.equal(statuses.UNIMPLEMENTED);
  });
});
