import { expect } from 'chai';
import type { AppError } from '../../src/kernel/index.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';

/** What the schema itself refuses, whatever the code above it does. */
describe('the last barrier', () => {
  let fresh: FreshDatabase;
  before(async () => {
    fresh = await freshDatabase();
    await fresh.database.write(
      'INSERT INTO stock (goods_id, available, held, sold, received) VALUES (1, 5, 3, 2, 10)',
    );
    await move(1, 'reserve', 2, 1, 'opens');
  });
  after(() => fresh.drop());

  let version = 0;
  const move = (
    orderSeq: number | null,
    kind: string,
    quantity: number,
    hold: number | null,
    leg: string | null,
    at: number = (version +=
      1),
  ) =>
    fresh.database.write(
      `INSERT INTO movements (goods_id, version, kind, quantity, order_seq, hold, leg, at)
       VALUES (1, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6))`,
      [at, kind, quantity, orderSeq, hold, leg],
    );
  const refusal = async (work: Promise<unknown>) => {
    const error = (await work.catch((thrown: unknown) => thrown)) as AppError | number;
    return typeof error === 'number' ? 'accepted' : error.details['failure'];
  };

  for (const [what, change] of [
    ['units out of nowhere', 'available = available + 1'],
    ['units that vanish', 'held = held - 1'],
    ['fewer than none available', 'available = -1, received = received - 6'],
    ['fewer than none held', 'held = -1, available = available + 4'],
    ['fewer than none sold', 'sold = -1, available = available + 3'],
    ['a sale that took nothing from anywhere', 'sold = sold + 1'],
    ['more than could ever be', 'available = 1e12, received = 1e12 + 5'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      expect(await refusal(fresh.database.write(`UPDATE stock SET ${change}`))).to.equal('data');
    });
  }

  it('lets a balanced change through', async () => {
    const change = 'available = available - 1, held = held + 1';
    expect(await fresh.database.write(`UPDATE stock SET ${change}`)).to.equal(1);
  });

  it('refuses a second reserve, and a second end, of one hold', async () => {
    expect(await refusal(move(1, 'reserve', 2, 1, 'opens'))).to.equal('duplicate');
    expect(await refusal(move(1, 'settle', 2, 1, 'closes'))).to.equal('accepted');
    expect(await refusal(move(1, 'release', 2, 1, 'closes'))).to.equal('duplicate');
    expect(await refusal(move(1, 'reserve', 2, 2, 'opens'))).to.equal('accepted');
  });

  it('refuses two movements in one place of the ledger', async () => {
    expect(await refusal(move(null, 'restock', 1, null, null, 1))).to.equal('duplicate');
  });

  it('refuses movements that make no sense', async () => {
    const senseless = [
      move(2, 'reserve', 0, 1, 'opens'),
      move(2, 'reserve', -1, 1, 'opens'),
      move(2, 'reserve', 1, 1, 'closes'),
      move(2, 'release', 1, 1, 'opens'),
      move(null, 'reserve', 1, 1, 'opens'),
      move(2, 'settle', 1, null, 'closes'),
      move(2, 'restock', 1, null, null),
      move(null, 'restock', 0, null, null),
    ];
    const answers = await Promise.all(senseless.map(refusal));
    expect(answers).to.deep.equal(senseless.map(() => 'data'));
    expect(await refusal(move(null, 'restock', -1, null, null))).to.equal('accepted');
  });

  it('refuses a line of nothing and a payment told of twice', async () => {
    const line = (quantity: number) =>
      fresh.database.write(
        'INSERT INTO order_lines (order_seq, goods_id, quantity) VALUES (1, 1, ?)',
        [quantity],
      );
    expect(await refusal(line(0))).to.equal('data');
    expect(await refusal(line(2))).to.equal('accepted');
    const parts = 'UPDATE order_lines SET cancelled = ?, returned = ?';
    expect(await refusal(fresh.database.write(parts, [1, 2]))).to.equal('data');
    const pay = (orderSeq: number) =>
      fresh.database.write(
        `INSERT INTO payments (payment_id, order_seq, state, at)
         VALUES ('p', ?, 'applied', UTC_TIMESTAMP(6))`,
        [orderSeq],
      );
    expect(await refusal(pay(1))).to.equal('accepted');
    expect(await refusal(pay(2))).to.equal('duplicate');
  });

  it('tells ids apart that differ only in case', async () => {
    const insert = (orderId: string) =>
      fresh.database.write(
        `INSERT INTO orders (order_id, state, version, hold_seconds, placed_at)
         VALUES (?, 'awaited', 0, 1, UTC_TIMESTAMP(6))`,
        [orderId],
      );
    for (const id of ['a', 'A', 'a.', 'a-', 'a_']) expect(await insert(id)).to.equal(1);
    expect(await refusal(insert('A'))).to.equal('duplicate');
  });
});
