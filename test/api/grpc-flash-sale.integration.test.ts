import { expect } from 'chai';
import fc from 'fast-check';
import { type GrpcRoom, grpcRoom } from '../support/grpc-room.ts';

describe('many calls at once over gRPC', () => {
  let room: GrpcRoom;

  before(async () => {
    room = await grpcRoom();
  });
  after(async () => await room.drop());
  afterEach(async () => expect(await room.differences()).to.deep.equal([]));

  const tally = (answers: readonly { readonly status: string }[]) => {
    const counts: Record<string, number> = {};
    for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  };

  it('sell what there is and no more: 10,000 sales of 4,000 units', async function () {
    this.timeout(60_000);
    await room.call('SetInv', { goodsId: 7, num: 4000 });
    const start = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 10_000 }, (_, index) =>
        room.call(
          'Sell',
          { orderSn: `sale-${index}`, goodsInfo: [{ goodsId: 7, num: 1 }] },
          { timeoutMs: 45_000 },
        ),
      ),
    );
    const seconds = (performance.now() - start) / 1000;
    expect(tally(answers)).to.deep.equal({ OK: 4000, RESOURCE_EXHAUSTED: 6000 });
    expect(await room.counts(7)).to.deep.equal({ available: 0, held: 0, sold: 4000 });
    expect(seconds).to.be.below(30);
  });

  it('sell and take back each order once, in whatever order the calls come', async function () {
    this.timeout(60_000);
    await room.call('SetInv', { goodsId: 8, num: 40 });
    const call = fc.record({
      method: fc.constantFrom('Sell', 'Sell', 'Reback'),
      id: fc.nat(3),
      num: fc.constantFrom(1, 1, 1, 2),
    });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 24 }), async (calls) => {
        round += 1;
        const before = await room.counts(8);
        const answers = await Promise.all(
          calls.map(({ method, id, num }) =>
            room.call(method, {
              orderSn: `mix-${round}-${id}`,
              goodsInfo: [{ goodsId: 8, num }],
            }),
          ),
        );
        for (const [index, { status }] of answers.entries()) {
          expect(status).to.be.oneOf(
            calls[index]?.method === 'Reback'
              ? ['OK']
              : ['OK', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ALREADY_EXISTS'],
          );
        }
        // Once every order was taken back, nothing of this round is left, and no sale can follow.
        const ids = [...new Set(calls.map(({ id }) => `mix-${round}-${id}`))];
        await Promise.all(ids.map((orderSn) => room.call('Reback', { orderSn })));
        expect(await room.counts(8)).to.deep.equal(before);
        for (const orderSn of ids) {
          const late = await room.call('Sell', { orderSn, goodsInfo: [{ goodsId: 8, num: 1 }] });
          expect(late.status).to.be.oneOf([
            'FAILED_PRECONDITION',
            'ALREADY_EXISTS',
            'RESOURCE_EXHAUSTED',
          ]);
        }
      }),
      { numRuns: 40 },
    );
  });
});
