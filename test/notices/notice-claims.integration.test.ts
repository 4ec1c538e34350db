import { expect } from 'chai';
import type { Database } from '../../src/mysql/index.ts';
import {
  aboutOrder,
  type ClaimedNotice,
  claimNotices,
  countNotices,
  forgetDelivered,
  insertNotices,
  type NoticeAttempt,
  readNotice,
  recordAttempts,
  replayNotice,
  replayNotices,
} from '../../src/notices/index.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';

const LEASE_MS = 60_000;

const delivered = (notice: ClaimedNotice): NoticeAttempt => ({
  notice,
  status: 200,
  error: null,
  ms: 3,
  retryMs: null,
});
const failed = (notice: ClaimedNotice, retryMs = 60_000): NoticeAttempt => ({
  ...delivered(notice),
  status: 500,
  error: 'answered 500',
  retryMs,
});

describe('notices in the database', () => {
  let fresh: FreshDatabase;
  let database: Database;
  beforeEach(async () => {
    fresh = await freshDatabase();
    database = fresh.database;
  });
  afterEach(() => fresh.drop());

  /** One notice for each letter, about the order of that name. */
  const write = async (orders: string): Promise<void> => {
    const [row] = await database.rows<{ now: string }>('SELECT UTC_TIMESTAMP(6) AS now');
    const notices = orders.split('').map((id) => aboutOrder('order.paid', id, { state: 'paid' }));
    await insertNotices(database, notices, row?.now ?? '');
  };
  const claim = async (limit = 100, leaseMs = LEASE_MS) =>
    (await claimNotices(database, limit, leaseMs)).claimed;
  const names = (claimed: readonly ClaimedNotice[]) =>
    claimed.map(({ subject, seq }) => `${subject.slice(-1)}${seq}`).join(' ');
  const behind = async () => {
    const rows = await database.rows<{ seq: number }>(
      'SELECT seq FROM notices WHERE behind = 1 ORDER BY seq',
    );
    return rows.map(({ seq }) => seq);
  };
  const stateOf = async (seq: number) => (await readNotice(database, seq))?.state;
  const letPass = async (column: 'due_at' | 'give_up_at', where = '1 = 1') => {
    await database.write(
      `UPDATE notices SET ${column} = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE ${where}`,
    );
  };

  it('are claimed once, and only the first of each subject', async () => {
    await write('ababc');
    const { claimed, more } = await claimNotices(database, 2, LEASE_MS);
    expect(names(claimed)).to.equal('a1 b2');
    expect(more, 'c is left').to.equal(true);
    expect(names(await claim())).to.equal('c5');
    expect(await claim()).to.deep.equal([]);
    expect(await behind(), 'those behind are out of the way').to.deep.equal([3, 4]);
  });

  it('are claimed once when many look at the same time', async () => {
    await write('abcdefghijklmnopqrstuvwxyz');
    const looks = await Promise.all(Array.from({ length: 8 }, () => claim(10)));
    const seqs = looks.flat().map(({ seq }) => seq);
    expect(new Set(seqs).size).to.equal(seqs.length);
    while (seqs.length < 26) seqs.push(...(await claim()).map(({ seq }) => seq));
    expect(new Set(seqs).size).to.equal(26);
  });

  it('come out from behind when the one before is delivered, one by one', async () => {
    await write('aaa');
    for (const seq of [1, 2, 3]) {
      const [notice, ...others] = await claim();
      expect(notice?.seq).to.equal(seq);
      expect(others).to.deep.equal([]);
      if (notice) await recordAttempts(database, [delivered(notice)]);
    }
    expect(await behind()).to.deep.equal([]);
    expect(await countNotices(database, { state: 'delivered' })).to.equal(3);
  });

  it('stay behind one that failed, also those that are written later', async () => {
    await write('aa');
    await recordAttempts(
      database,
      (await claim()).map((notice) => failed(notice)),
    );
    await write('a');
    expect(await claim()).to.deep.equal([]);
    expect(await behind()).to.deep.equal([2, 3]);
    await letPass('due_at', 'seq = 1');
    const [again] = await claim();
    expect(again).to.include({ seq: 1, attempt: 2, failures: 1, isLast: false });
  });

  it('are not set behind one that is ending in that very moment', async () => {
    const letters = 'abcdefghij';
    await write(letters + letters);
    const heads = await claim(100, 1);
    await letPass('due_at');
    await database.write('UPDATE notices SET behind = 0');
    // Each look finds the second of every subject due, and its first ending or just ended.
    await Promise.all(
      heads.flatMap((notice) => [
        claim(0),
        recordAttempts(database, [delivered(notice)]),
        claim(0),
      ]),
    );
    expect(await claim()).to.have.length(letters.length);
    expect(await behind()).to.deep.equal([]);
  });

  it('are anybody’s again when the lease of their claim is over', async () => {
    await write('a');
    const [lost] = await claim();
    await letPass('due_at');
    const [again] = await claim();
    expect([lost?.attempt, again?.attempt]).to.deep.equal([1, 2]);
    if (!lost || !again) throw new Error('not claimed twice');
    await recordAttempts(database, [failed(lost)]);
    expect(await readNotice(database, 1), 'not ours any more').to.include({ lastStatus: null });
    await recordAttempts(database, [delivered(lost)]);
    await recordAttempts(database, [failed(again)]);
    expect(await readNotice(database, 1)).to.include({ state: 'delivered', lastStatus: 200 });
  });

  it('are dead when they fail after days, and let the next one go', async () => {
    await write('aa');
    await letPass('give_up_at', 'seq = 1');
    const [last] = await claim();
    expect(last?.isLast).to.equal(true);
    if (last) await recordAttempts(database, [failed(last)]);
    expect(await readNotice(database, 1)).to.include({ state: 'dead', nextAt: null });
    expect(names(await claim())).to.equal('a2');
  });

  it('keep a log of every attempt, and of no more than fifty', async () => {
    await write('a');
    for (let number = 1; number <= 53; number += 1) {
      await letPass('due_at');
      await recordAttempts(
        database,
        (await claim()).map((notice) => failed(notice)),
      );
    }
    const { log = [], ...notice } = (await readNotice(database, 1)) ?? {};
    expect(notice).to.include({ attempts: 53, lastError: 'answered 500' });
    expect(log).to.have.length(50);
    expect(log[0]).to.include({ number: 4, status: 500, error: 'answered 500', ms: 3 });
  });

  it('are replayed one by one or many together, and keep their log', async () => {
    await write('abc');
    await letPass('give_up_at', 'seq < 3');
    await recordAttempts(
      database,
      (await claim()).map((notice) => failed(notice)),
    );
    expect([await stateOf(1), await stateOf(3)]).to.deep.equal(['dead', 'waiting']);
    expect(await replayNotices(database, { state: 'dead', subject: 'order:b' })).to.equal(1);
    expect(await replayNotices(database, { state: 'dead' })).to.equal(1);
    expect(await countNotices(database, { state: 'dead' })).to.equal(0);
    const again = await claim();
    expect(names(again)).to.equal('a1 b2');
    expect(again[0]).to.include({ attempt: 2, failures: 0, isLast: false });
    await recordAttempts(database, again.map(delivered));
    expect(await replayNotice(database, 1)).to.equal(true);
    expect(await readNotice(database, 1)).to.deep.include({ state: 'waiting', deliveredAt: null });
    expect((await readNotice(database, 1))?.log.map(({ status }) => status)).to.eql([500, 200]);
    expect(await replayNotice(database, 99)).to.equal(false);
  });

  it('are forgotten with their log a month after they were delivered', async () => {
    await write('ab');
    await recordAttempts(database, (await claim()).map(delivered));
    expect(await forgetDelivered(database, 10)).to.equal(0);
    await letPass('due_at', 'seq = 1');
    expect(await forgetDelivered(database, 10)).to.equal(1);
    expect(await readNotice(database, 1)).to.equal(null);
    const logs = await database.rows('SELECT notice FROM notice_attempts');
    expect(logs).to.deep.equal([{ notice: 2 }]);
  });
});
