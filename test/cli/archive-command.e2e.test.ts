import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ArchiveRecord, ArchiveReport } from '../../src/archive/index.ts';
import type { AuditReport, OrderView } from '../../src/saga/index.ts';
import { errorIn } from '../support/command-error.ts';
import { CommandLine } from '../support/command-run.ts';
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

  const stepsKept = (path: string) => {
    const whole = readFileSync(path, 'utf8').split('\n').slice(0, -1);
    const records = whole.map((line) => JSON.parse(line) as ArchiveRecord);
    return new Set(
      records.flatMap(({ kind, orderId, history }) =>
        kind === 'order'
          ? (history as { step: number }[]).map(({ step }) => `${orderId}/${step}`)
          : [],
      ),
    );
  };
  const stepsThere = async () => {
    const rows = await fixture.database.rows<{ step: string }>(
      `SELECT CONCAT(o.order_id, '/', s.step) AS step FROM order_steps s
       JOIN orders o ON o.seq = s.order_seq`,
    );
    return new Set(rows.map(({ step }) => step));
  };
  const expectBooks = async () =>
    expect(await cli.json<AuditReport>('audit')).to.include({ balanced: true });

  it('does nothing by halves when it is asked for what cannot be', async () => {
    const there = join(folder, 'there.ndjson');
    writeFileSync(there, 'mine');
    const steps = await stepsThere();
    const refused = [
      ['--before', '2999-01-01', '--yes'],
      ['--before', '90d'],
      ['--before', '90d', '--to', there],
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
    expect((await cli.say(`archive --before 90d --to ${there}`)).stderr).to.contain(
      'is there already; name a new file',
    );
    expect(readFileSync(there, 'utf8')).to.equal('mine');
    expect(await stepsThere()).to.deep.equal(steps);
  });

  it('does nothing at all under an account that may not remove', async () => {
    const { database } = fixture;
    const url = new URL(cli.settings['HOLDFAST_DATABASE_URL'] ?? '');
    const schema = url.pathname.slice(1);
    const account = `r_${schema.slice(-10)}`;
    await database.write(`CREATE USER ${account}@'%' IDENTIFIED BY 'pw'`);
    await database.write(`GRANT SELECT, INSERT, UPDATE ON ${schema}.* TO ${account}@'%'`);
    Object.assign(url, { username: account, password: 'pw' });
    const steps = await stepsThere();
    const file = join(folder, 'refused.ndjson');
    const said = await cli.run(['archive', '--before', '90d', '--to', file, '--json'], {
      HOLDFAST_DATABASE_URL: url.href,
    });
    await database.write(`DROP USER ${account}@'%'`);
    expect(errorIn(said.stderr).code, said.stderr).to.equal('database-refuses-us');
    expect(existsSync(file), 'an empty file').to.equal(false);
    expect(await stepsThere()).to.deep.equal(steps);
  });

  it('counts, and changes nothing, in a dry run', async () => {
    const steps = await stepsThere();
    const report = await cli.json<ArchiveReport>('archive --before 90d --dry-run --ledger');
    expect(report).to.include({ dryRun: true, to: null, orders: ORDERS / 2, skipped: 0 });
    expect(report.movements).to.be.greaterThan(ORDERS);
    expect(await stepsThere()).to.deep.equal(steps);
    const words = await cli.say('archive --before 90d --dry-run');
    expect(words.stdout).to.match(
      /would go +what was finished before.*the history of 1500, \d+ st/s,
    );
  });

  it('loses nothing when it is killed, again and again', async () => {
    const steps = await stepsThere();
    const kept = new Set<string>();
    const files = ['one', 'two', 'three'].map((name) => join(folder, `${name}.ndjson`));
    for (const [turn, file] of files.entries()) {
      const child = cli.start(['archive', '--before', '90d', '--ledger', '--to', file]);
      const ended = once(child, 'exit');
      await until(
        () => existsSync(file) && statSync(file).size > 100_000 * (turn + 1),
        20_000,
        'some pages',
      );
      child.kill('SIGKILL');
      expect((await ended)[1], 'it was still at work').to.equal('SIGKILL');
      for (const step of stepsKept(file)) kept.add(step);
      const there = await stepsThere();
      for (const step of steps) expect(there.has(step) || kept.has(step), step).to.equal(true);
      await expectBooks();
    }
    const last = join(folder, 'last.ndjson');
    const report = await cli.json<ArchiveReport>(`archive --before 90d --ledger --to ${last}`);
    expect(report.orders)
      .to.be.greaterThan(0)
      .and.lessThan(ORDERS / 2);
    expect(report).to.include({ to: last, dryRun: false, skipped: 0 });
    for (const step of stepsKept(last)) kept.add(step);
    const there = await stepsThere();
    expect([...steps].filter((step) => !there.has(step) && !kept.has(step))).to.deep.equal([]);
    expect(statSync(last).mode % 0o1000, 'readable by its owner alone').to.equal(0o600);
    await expectBooks();
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
