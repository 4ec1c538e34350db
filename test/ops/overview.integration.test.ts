import { expect } from 'chai';
import { buy } from '../support/console-room.ts';
import { type OpsFixture, opsFixture } from '../support/ops-fixture.ts';

interface Shown {
  readonly states: { readonly counts: Record<string, number> };
  readonly books: { readonly openHolds: number };
  readonly ending: { withinSeconds: number | null; orders: number; units: number }[];
  readonly workers: Record<string, number>;
  readonly owed: Record<string, number>;
  readonly audit: { readonly balanced: boolean } | null;
  readonly seconds: { readonly outcomes: Record<string, number> }[];
}

describe('what the console shows of everything', () => {
  let room: OpsFixture;
  before(async () => {
    room = await opsFixture();
    await room.queues.ready(3000);
    const { fixture } = room;
    await fixture.restock(7, 10);
    await buy(fixture, 'o-1', 7, 2, { holdSeconds: 30 });
    await buy(fixture, 'o-2', 7, 3, { holdSeconds: 7000 });
    await buy(fixture, 'o-3', 7, 6);
    await fixture.pay({ orderId: 'o-3', paymentId: 'p-3' });
    await fixture.place('o-4', [{ goodsId: 7, quantity: 1 }]);
    await fixture.database.write(
      "UPDATE orders SET due_at = UTC_TIMESTAMP(6) - INTERVAL 60 SECOND WHERE order_id = 'o-4'",
    );
  });
  after(() => room.close());

  const now = async (): Promise<Shown> => (await room.ops.overview.now(0)) as unknown as Shown;

  it('counts orders, holds and what they would return, and what is owed', async () => {
    const { states, books, ending, owed, workers, seconds, audit } = await now();
    expect(states.counts).to.include({ reserved: 2, rejected: 1, placed: 1, paid: 0 });
    expect(books.openHolds).to.equal(2);
    expect(ending[0]).to.deep.equal({ withinSeconds: 60, orders: 1, units: 2 });
    expect(ending.at(-1)).to.deep.equal({ withinSeconds: null, orders: 1, units: 3 });
    expect(owed).to.include({ stuck: 1, refunds: 1, letters: 0, deadNotices: 0 });
    expect(workers).to.deep.include({ 'order-placed': 0 });
    const rejected = seconds.reduce((sum, { outcomes }) => sum + (outcomes['rejected'] ?? 0), 0);
    expect(rejected).to.equal(1);
    expect(audit).to.equal(null);
  });

  it('names the orders that nobody moved and the refunds, the oldest first', async () => {
    const owed = await room.ops.overview.owed();
    expect(owed).to.have.nested.property('stuck[0].orderId', 'o-4');
    expect(owed).to.have.nested.property('refunds[0].paymentId', 'p-3');
    const stock = await room.ops.overview.stock();
    expect(stock).to.have.nested.property('fewest[0].available', 5);
    expect(stock).to.have.deep.nested.property('sums.held', 5);
  });

  it('shows at once what somebody did, though answers are kept for a moment', async () => {
    const refunds = async () => ((await now()).owed as { refunds: number }).refunds;
    const before = await refunds();
    await room.fixture.refunded('o-3', 'p-3');
    room.ops.overview.acted();
    expect(await refunds()).to.equal(before - 1);
  });

  it('remembers the last audit', async () => {
    room.ops.auditSeen({ differences: [] });
    expect((await now()).audit).to.include({ balanced: true, differences: 0 });
  });

  it('asks the database a bounded number of times a second, however many look', async () => {
    const asked = async (): Promise<number> => {
      const [row] = await room.fixture.database.rows<{ Value: string }>(
        "SHOW GLOBAL STATUS LIKE 'Com_select'",
      );
      return Number(row?.Value);
    };
    const before = await asked();
    const start = performance.now();
    let looks = 0;
    while (performance.now() - start < 1000) {
      looks += 50;
      await Promise.all(Array.from({ length: 50 }, () => room.ops.overview.now(0)));
    }
    const seconds = Math.ceil((performance.now() - start) / 1000);
    // Five rounds a second of a dozen statements: what one console would ask as well.
    expect((await asked()) - before, `${looks} looks`).to.be.at.most(seconds * 75);
    expect(looks).to.be.at.least(100);
  });
});
