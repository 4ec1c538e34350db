import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ArchiveRecord, ArchiveReport } from '../../src/archive/index.ts';
import type { AuditReport, OrderView } from '../../src/saga/index.ts';
import { errorIn } from '../support/command-error.ts';
import { CommandLine } from '../support/command-run.ts';
import { namesIn } from '../support/kept-records.ts';
import { age, idOf, makeOrders, WAYS } from '../support/old-orders.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';
import { until } from '../support/until.ts';

const ORDERS = 3000;

describe('holdfast archive', function () {
  this.timeout(120_000);
  let fixture: SagaFixture;
  let cli: CommandLine;
  let folder: string;

  before(async () => {
    fixture = await sagaFixture();
    cli = new CommandLine(fixture);
    folder = mkdtempSync(join(tmpdir(), 'holdfast-archive-'));
    await makeOrders(fixture, ORDERS);
    await age(fixture.database, 100);
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await fixture.drop();
  });

  /** Steps and movements by name: those that are in a file, those that are in the database. */
  const kept = (path: string) => {
    const whole = readFileSync(path, 'utf8').split('\n').slice(0, -1);
    return namesIn(whole.map((line) => JSON.parse(line) as ArchiveRecord));
  };
  const there = async () => {
    const rows = await fixture.database.rows<{ name: string }>(
      `SELECT CONCAT(o.order_id, '/', s.step) AS name FROM order_steps s
       JOIN orders o ON o.seq = s.order_seq
       UNION ALL SELECT CONCAT('goods ', goods_id, '/', version) FROM movements`,
    );
    return new Set(rows.map(({ name }) => name));
  };
  const expectBooks = async () =>
    expect(await cli.json<AuditReport>('audit')).to.include({ balanced: true });

  it('does nothing by halves when it is asked for what cannot be', async () => {
    const taken = join(folder, 'there.ndjson');
    writeFileSync(taken, 'mine');
    const steps = await there();
    const refused = [
      ['--before', '2999-01-01', '--yes'],
      ['--before', '90d'],
      ['--before', '90d', '--to', taken],
      ['--before', '90d', '--to', join(folder, 'no', 'such', 'folder')],
    ];
    for (const args of refused) {
      const { code, stdout } = await cli.run(['archive', ...args]);
      expect(code, args.join(' ')).to.equal(2);
      expect(stdout).to.equal('');
    }
    expect((await cli.say('archive --before 2999-01-01 --yes')).stderr).to.match(
      /less than a day ago.*a day or more: younger things/,
    );
    expect((await cli.say(`archive --before 90d --to ${taken}`)).stderr).to.contain(
      'is there already; name a new file',
    );
    expect(readFileSync(taken, 'utf8')).to.equal('mine');
    expect(await there()).to.deep.equal(steps);
  });

  it('does nothing at all under an account that may not remove', async () => {
    const { database } = fixture;
    const url = new URL(cli.settings['HOLDFAST_DATABASE_URL'] ?? '');
    const schema = url.pathname.slice(1);
    const account = `r_${schema.slice(-10)}`;
    await database.write(`CREATE USER ${account}@'%' IDENTIFIED BY 'pw'`);
    await database.write(`GRANT SELECT, INSERT, UPDATE ON ${schema}.* TO ${account}@'%'`);
    Object.assign(url, { username: account, password: 'pw' });
    const steps = await there();
    const file = join(folder, 'refused.ndjson');
    const said = await cli.run(['archive', '--before', '90d', '--to', file, '--json'], {
      HOLDFAST_DATABASE_URL: url.href,
    });
    await database.write(`DROP USER ${account}@'%'`);
    expect(errorIn(said.stderr).code, said.stderr).to.equal('database-refuses-us');
    expect(existsSync(file), 'an empty file').to.equal(false);
    expect(await there()).to.deep.equal(steps);
  });

  it('counts, and changes nothing, in a dry run', async () => {
    const steps = await there();
    const report = await cli.json<ArchiveReport>('archive --before 90d --dry-run --ledger');
    expect(report).to.include({ dryRun: true, to: null, orders: ORDERS / 2, skipped: 0 });
    expect(report.movements).to.be.greaterThan(ORDERS);
    expect(await there()).to.deep.equal(steps);
    const words = await cli.say('archive --before 90d --dry-run');
    expect(words.stdout).to.match(
      /would go +what was finished before.*the history of 1500, \d+ st/s,
    );
  });

  /** Kills it as soon as the file tells that it has come so far; answers how it ended. */
  const killedAt = async (file: string, isReached: (text: string) => boolean) => {
    const child = cli.start(['archive', '--before', '90d', '--ledger', '--to', file]);
    const ended = once(child, 'exit');
    const isFar = () => existsSync(file) && isReached(readFileSync(file, 'utf8'));
    await until(isFar, 20_000, 'some pages');
    child.kill('SIGKILL');
    return (await ended) as [code: number | null, by: string | null];
  };

  it('loses nothing when it is killed, again and again', async () => {
    const all = await there();
    const safe = new Set<string>();
    const expectAll = async () => {
      const left = await there();
      expect([...all].filter((one) => !left.has(one) && !safe.has(one))).to.deep.equal([]);
      await expectBooks();
    };
    const places = [
      (text: string) => text.length > 100_000,
      (text: string) => text.length > 200_000,
      (text: string) => text.includes('"kind":"movement"'),
    ];
    for (const [turn, isReached] of places.entries()) {
      const file = join(folder, `${turn}.ndjson`);
      const [, by] = await killedAt(file, isReached);
      if (turn === 0) expect(by, 'it was still at work').to.equal('SIGKILL');
      for (const one of kept(file)) safe.add(one);
      await expectAll();
    }
    const last = join(folder, 'last.ndjson');
    const report = await cli.json<ArchiveReport>(`archive --before 90d --ledger --to ${last}`);
    expect(report).to.include({ dryRun: false, skipped: 0 });
    if (existsSync(last)) for (const one of kept(last)) safe.add(one);
    await expectAll();
    const [row] = await fixture.database.rows<{ archived: number }>(
      'SELECT COUNT(*) AS archived FROM orders WHERE archived IS NOT NULL',
    );
    expect(row?.archived).to.equal(ORDERS / 2);
    const first = statSync(join(folder, '0.ndjson'));
    expect(first.mode % 0o1000, 'readable by its owner alone').to.equal(0o600);
  });

  it('leaves orders that say so wherever they are shown', async () => {
    const paid = idOf(WAYS.indexOf('paid'));
    const shown = await cli.json<OrderView>(`order show ${paid}`);
    expect(shown).to.include({ state: 'paid', archived: true });
    expect(shown.history).to.deep.equal([]);
    expect(shown.payments).to.have.length(1);
    expect((await cli.say(`order show ${paid}`)).stdout).to.match(
      /archived +its metadata and older/,
    );
    const again = await cli.json<{ payment: { state: string } }>(
      `order pay ${paid} --payment p-${paid}-a`,
    );
    expect(again.payment.state).to.equal('applied');
    const refused = await cli.say(`order cancel ${paid}`);
    expect(refused.stderr).to.contain('already-paid');
  });

  it('deletes without a copy only when that is meant, and leaves no empty file', async () => {
    await age(fixture.database, 100);
    const file = join(folder, 'nothing.ndjson');
    const report = await cli.json<ArchiveReport>(`archive --before 90d --to ${file}`);
    expect(report.orders).to.equal(0);
    expect(existsSync(file)).to.equal(false);
    await cli.json('order place late --line 1:1');
    await cli.json('order cancel late');
    await age(fixture.database, 100);
    expect((await cli.say('archive --before 90d')).code).to.equal(2);
    const deleted = await cli.json<ArchiveReport>('archive --before 90d --yes');
    expect(deleted).to.include({ orders: 1, to: null });
    await expectBooks();
  });
});
