import { once } from 'node:events';
import { expect } from 'chai';
import type { AuditReport } from '../../src/saga/index.ts';
import { type CommandLine, commandLine, documentIn, whatItSaid } from '../support/command-run.ts';
import { errorIn } from '../support/command-error.ts';
import { until } from '../support/until.ts';

const NO_REDIS = {
  HOLDFAST_REDIS_URL: 'redis://127.0.0.1:1',
  HOLDFAST_LOCK_URLS: 'redis://127.0.0.1:1,redis://127.0.0.1:2,redis://127.0.0.1:3',
};

interface Letters {
  readonly deadLetters: readonly { readonly id: number; readonly replayedAt: string | null }[];
}

interface Counts {
  readonly queues: readonly Record<string, number | string>[];
}

describe('the commands that keep the house', function () {
  this.timeout(60_000);
  let cli: CommandLine;
  before(async () => {
    cli = await commandLine();
    await cli.json('stock set 7 400');
  });
  after(async () => await cli.fresh.drop());

  it('place and pay an order while every Redis is down', async () => {
    const place = ['order', 'place', 'dark', '--line', '7:1', '--json'];
    const placed = await cli.run(place, NO_REDIS);
    expect(placed.code, placed.stderr).to.equal(0);
    expect(documentIn(placed.stdout)).to.include({ orderId: 'dark', state: 'reserved' });
    const pay = ['order', 'pay', 'dark', '--payment', 'pay-dark', '--json'];
    const paid = await cli.run(pay, NO_REDIS);
    expect(documentIn(paid.stdout)).to.deep.nested.include({ 'payment.state': 'applied' });
    const queues = await cli.run(['queues', '--json'], NO_REDIS);
    expect(queues.code).to.equal(1);
    expect(errorIn(queues.stderr).code).to.equal('redis-unreachable');
  });

  it('audit the books, and answer 1 when they do not balance', async () => {
    const report = await cli.json<AuditReport>('audit');
    expect(report).to.include({ balanced: true, goods: 1, cut: false });
    expect(report.differences).to.deep.equal([]);
    const shift = (by: number) =>
      cli.fresh.database.write('UPDATE stock SET available = available + ?, sold = sold - ?', [
        by,
        by,
      ]);
    await shift(1);
    const { code, stdout, stderr } = await cli.say('audit --json');
    await shift(-1);
    expect(code).to.equal(1);
    const checks = documentIn<AuditReport>(stdout).differences.map(({ check }) => check);
    expect(checks.toSorted()).to.deep.equal(['ledger-balance', 'ledger-balance', 'sold-orders']);
    expect(errorIn(stderr).code).to.equal('books-unbalanced');
  });

  it('show the queues and the locks', async () => {
    const { queues } = await cli.json<Counts>('queues');
    expect(queues.map(({ queue }) => queue)).to.deep.equal([
      'order-placed',
      'pre-deduct',
      'delayed-timeout',
      'payment-confirmed',
    ]);
    expect(queues[0]).to.include.keys('waiting', 'active', 'delayed', 'failed', 'completed');
    const { locks } = await cli.json<{ locks: { goodsId: number; nodes: object[] }[] }>(
      'locks show 7 8',
    );
    expect(locks.map(({ goodsId }) => goodsId)).to.deep.equal([7, 8]);
    expect(locks[0]?.nodes[0]).to.include({ reachable: true, held: false });
    expect((await cli.say('locks show')).stdout).to.match(/^goods +node +answers/);
  });

  it('list, show and send again what a worker could not do', async () => {
    await cli.fresh.database.write(
      `INSERT INTO dead_letters (fingerprint, source, code, message, order_id, payload, first_at,
         last_at) VALUES
       (REPEAT('a', 64), 'order-placed', 'order-conflict', 'no', 'x', '{"orderId":"x"}',
         UTC_TIMESTAMP(6), UTC_TIMESTAMP(6)),
       (REPEAT('b', 64), 'pre-deduct', 'invalid-input', 'no', NULL, '"y"',
         UTC_TIMESTAMP(6), UTC_TIMESTAMP(6)),
       (REPEAT('c', 64), 'cancel', 'event-impossible', 'no', 'z', '{"orderId":"z"}',
         UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`,
    );
    const { deadLetters } = await cli.json<Letters>('dead-letters list');
    expect(deadLetters).to.have.length(3);
    const [cancel, , conflict] = deadLetters.map(({ id }) => id);
    const shown = await cli.json(`dead-letters show ${conflict}`);
    expect(shown).to.deep.include({ code: 'order-conflict', payload: { orderId: 'x' } });
    const dry = await cli.json('dead-letters replay --all --from order-placed --dry-run');
    expect(dry).to.deep.equal({ dryRun: true, matching: [conflict], replayed: [], skipped: [] });
    expect((await cli.say('dead-letters replay --all')).code).to.equal(2);
    const sent = await cli.json(`dead-letters replay ${conflict} --reason mended --actor ann`);
    expect(sent).to.deep.equal({ replayed: [conflict], skipped: [] });
    await cli.json('dead-letters replay --all --code invalid-input');
    const { queues } = await cli.json<Counts>('queues');
    expect(queues.map(({ waiting }) => waiting).slice(0, 2)).to.deep.equal([1, 1]);
    const again = await cli.json<Letters>('dead-letters list --code order-conflict');
    expect(again.deadLetters[0]?.replayedAt).to.match(/Z$/);
    expect(again.deadLetters[0]).to.include({ replayedBy: 'ann', replayReason: 'mended' });
    const refused = await cli.say(`dead-letters replay ${cancel} --json`);
    expect(refused.code).to.equal(1);
    expect(errorIn(refused.stderr).code).to.equal('not-replayable');
    expect((await cli.say('dead-letters show 999')).code).to.equal(1);
  });

  it('run workers until they are told to stop', async () => {
    await cli.json('order place worked --line 7:1 --no-wait');
    const child = cli.start(['worker', 'pre-deduct', '--json']);
    const said = whatItSaid(child);
    const { stdout: out } = child;
    if (!out) throw new Error('it has no output');
    await once(out, 'data');
    await until(
      async () => {
        const [order] = await cli.fresh.database.rows<{ state: string }>(
          "SELECT state FROM orders WHERE order_id = 'worked'",
        );
        return order?.state === 'reserved';
      },
      20_000,
      'the worker',
    );
    child.kill('SIGTERM');
    const { code, stdout } = await said;
    expect(code).to.equal(0);
    expect(documentIn(stdout)).to.deep.include({ queues: ['pre-deduct'] });
  });

  it('examine the machine and say what to mend', async () => {
    type Health = { healthy: boolean; checks: { what: string; ok: boolean; next?: string }[] };
    const health = await cli.json<Health>('doctor');
    expect(health.healthy).to.equal(true);
    expect(health.checks.map(({ what }) => what)).to.include.members(['node', 'schema', 'locks']);
    const ill = await cli.run(['doctor', '--json'], NO_REDIS);
    expect(ill.code).to.equal(1);
    const wrong = documentIn<Health>(ill.stdout).checks.filter(({ ok }) => !ok);
    expect(wrong.map(({ what }) => what)).to.deep.equal(['redis', 'locks']);
    for (const { next } of wrong) expect(next).to.be.a('string');
    const lost = await cli.run(['doctor', '--json'], { HOLDFAST_SWEEP_MS: 'often' });
    expect(lost.code).to.equal(1);
    expect(errorIn(lost.stderr).code).to.equal('unhealthy');
  });

  it('migrate once, and have nothing to do after that', async () => {
    expect(await cli.json('migrate')).to.deep.equal({ ran: [] });
  });
});
