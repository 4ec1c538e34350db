import { expect } from 'chai';
import { type CommandLine, commandLine, documentIn } from '../support/command-run.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';

interface Health {
  readonly healthy: boolean;
  readonly checks: readonly {
    readonly what: string;
    readonly ok: boolean;
    readonly found: string;
    readonly next?: string;
  }[];
}

const TOKENS = {
  HOLDFAST_PRODUCER_TOKENS: 'a-long-random-producer',
  HOLDFAST_PAYMENTS_TOKENS: 'a-long-random-payments',
  HOLDFAST_VIEWER_TOKENS: 'a-long-random-viewer',
  HOLDFAST_OPERATOR_TOKENS: 'a-long-random-operator',
  HOLDFAST_PAYMENT_SECRETS: 'a-long-random-secret',
};

describe('holdfast doctor --production', function () {
  this.timeout(60_000);
  let cli: CommandLine;
  let kept: RedisNodes;
  let lost: RedisNodes;
  before(async () => {
    cli = await commandLine();
    const safe = ['--maxmemory-policy', 'noeviction'];
    kept = await startRedisNodes(1, safe);
    lost = await startRedisNodes(1, safe);
    // Files of their own: nodes of one start share a folder.
    await kept.at(0).client.config('SET', 'appendfsync', 'always', 'appendonly', 'yes');
  });
  after(async () => {
    await kept.stop();
    await lost.stop();
    await cli.fresh.drop();
  });

  const look = async (settings: Record<string, string>) => {
    const said = await cli.run(['doctor', '--production', '--json'], settings);
    const { checks } = documentIn<Health>(said.stdout);
    return (what: string) => checks.find((one) => one.what === what);
  };

  it('finds nothing of its own to mend in servers that keep what they are told', async () => {
    const found = await look({ ...TOKENS, HOLDFAST_REDIS_URL: kept.urls[0] ?? '' });
    for (const what of [
      'database version',
      'one writer',
      'clocks',
      'queue Redis version',
      'queue Redis keeps jobs',
      'queue Redis account',
      'lock nodes version',
      'lock quorum',
      'lock nodes of their own',
      'tokens',
      'who reaches the doors',
    ]) {
      expect(found(what), what).to.include({ ok: true }).and.not.have.property('next');
    }
    // The servers of the tests are thrown away, and need not be durable.
    expect(found('every commit on disk')?.found).to.include('innodb_flush_log_at_trx_commit');
  });

  it('names what a sale would find out, and what to do', async () => {
    const url = lost.urls[0] ?? '';
    const found = await look({
      HOLDFAST_REDIS_URL: url,
      HOLDFAST_LOCK_URLS: url,
      HOLDFAST_PRODUCER_TOKENS: 'laptop-producer-token',
    });
    for (const [what, next] of [
      ['queue Redis keeps jobs', 'appendonly yes'],
      ['lock quorum', 'three or five'],
      ['lock counters on disk', 'appendfsync always'],
      ['lock nodes of their own', 'know nothing of each other'],
      ['tokens', 'long random ones'],
    ] as const) {
      expect(found(what), what).to.include({ ok: false });
      expect(found(what)?.next).to.include(next);
    }
    expect(found('lock nodes of their own')?.found).to.include('has the queues too');
  });

  it('goes on to the rest when a server is away', async () => {
    const found = await look({ HOLDFAST_DATABASE_URL: 'mysql://nobody:pw@127.0.0.1:1/none' });
    expect(found('production: database')).to.include({ ok: false });
    expect(found('queue Redis version')).to.include({ ok: true });
  });
});
