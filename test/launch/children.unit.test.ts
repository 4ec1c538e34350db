import path from 'node:path';
import { expect } from 'chai';
import { accountsSql, databaseArgs } from '../../src/launch/database-server.ts';
import { homeAt } from '../../src/launch/home.ts';
import type { Secrets } from '../../src/launch/launch-secrets.ts';
import { redisArgs } from '../../src/launch/redis-server.ts';
import { generatedAccess, runFacts } from '../../src/launch/run-file.ts';
import { forBench, forSystem, forTests } from '../../src/launch/server-use.ts';
import { mochaArgs } from '../../src/launch/test-mode.ts';
import { tallyFrom, tallyLine } from '../../src/launch/test-tally.ts';
import { loopbackOnly } from '../../src/launch/throw-away-run.ts';

const secrets: Secrets = {
  databasePassword: 'pw',
  databaseRootPassword: 'rootpw',
  paymentSecret: 'made',
  producer: 'made-producer',
  payments: 'made-payments',
  viewer: 'made-viewer',
  operator: 'made-operator',
};

const urls = {
  databaseUrl: 'mysql://holdfast:pw@127.0.0.1:1/holdfast',
  redisUrl: 'redis://127.0.0.1:2',
  lockUrls: ['redis://127.0.0.1:3'],
};

describe('private servers', () => {
  const maria = { flavour: 'MariaDB', version: '10.11.19', command: '/usr/sbin/mariadbd' } as const;
  const mysql = { flavour: 'MySQL', version: '8.4.0', command: '/usr/sbin/mysqld' } as const;
  const home = homeAt('/home');

  it('flush every commit of a system and of a benchmark, and none of a test', () => {
    const flush = '--innodb-flush-log-at-trx-commit=';
    expect(databaseArgs(home, maria, forSystem, 1, '/f')).to.include(`${flush}1`);
    expect(databaseArgs(home, maria, forBench, 1, '/f')).to.include(`${flush}1`);
    expect(databaseArgs(home, maria, forTests, 1, '/f')).to.include(`${flush}0`);
  });

  it('listen on loopback only', () => {
    expect(databaseArgs(home, mysql, forSystem, 1, '/f')).to.include('--bind-address=127.0.0.1');
    expect(databaseArgs(home, mysql, forSystem, 1, '/f')).to.include('--mysqlx=OFF');
    expect(redisArgs('/r', 1, true).join(' ')).to.include('--bind 127.0.0.1 --protected-mode yes');
  });

  it('never evict a key and keep a log of every write', () => {
    const args = redisArgs('/r', 1, true).join(' ');
    expect(args).to.include('--maxmemory-policy noeviction').and.include('--appendonly yes');
    expect(args).to.include('--appendfsync everysec');
  });

  it('take a short way to the socket of a project that lies deep', () => {
    const deep = homeAt(path.join('/', 'd'.repeat(90), '.holdfast'));
    const socket = databaseArgs(deep, maria, forSystem, 1, '/f').find((arg) =>
      arg.includes('socket'),
    );
    expect((socket ?? '').length - '--socket='.length).to.be.at.most(104);
  });

  it('let a system have its own database only, and tests make more', () => {
    expect(accountsSql(secrets, forSystem, 'host')).to.include('ON `holdfast`.* TO');
    expect(accountsSql(secrets, forSystem, 'host')).to.not.include('*.*');
    expect(accountsSql(secrets, forTests, 'host'))
      .to.include('ON *.* TO')
      .and.include('GRANT OPTION');
  });

  it('cannot be spoken to through the name of the machine', () => {
    expect(accountsSql(secrets, forSystem, "x' OR '")).to.include("'root'@'xOR'");
  });
});

describe('throw-away runs', () => {
  it('refuse a server on another machine', () => {
    expect(loopbackOnly(urls)).to.have.property('HOLDFAST_REDIS_URL', urls.redisUrl);
    const elsewhere = { ...urls, lockUrls: ['redis://db.example.com:1'] };
    expect(() => loopbackOnly(elsewhere)).to.throw('db.example.com is another one');
  });

  it('take test files and folders under their source names', () => {
    const all = mochaArgs(['--grep', 'ports']);
    expect(all.slice(-3)).to.deep.equal(['--grep', 'ports', 'dist/test/**/*.test.js']);
    const some = mochaArgs(['test/kernel/clock.unit.test.ts', './test/launch/', '--bail']);
    expect(some.slice(-3)).to.deep.equal([
      '--bail',
      'dist/test/kernel/clock.unit.test.js',
      'dist/test/launch/**/*.test.js',
    ]);
    const backends = mochaArgs(['--backends', '--bail']);
    expect(backends.slice(-2)).to.deep.equal([
      '--bail',
      'dist/test/**/*{etcd,zookeeper,cluster,console}*.test.js',
    ]);
    expect(mochaArgs(['--s3', '--bail']).slice(-2)).to.deep.equal([
      '--bail',
      'dist/test/**/s3-real*.test.js',
    ]);
  });

  it('count skipped tests only when there are some', () => {
    expect(tallyLine({ passed: 2, failed: 0, skipped: 0 })).to.equal('2 passed, 0 failed');
    expect(tallyLine({ passed: 2, failed: 1, skipped: 3 })).to.equal(
      '2 passed, 1 failed, 3 skipped',
    );
    expect(tallyFrom({ type: 'ready' })).to.equal(null);
  });
});

describe('access to a local system', () => {
  it('is made up where the user has set none', () => {
    const made = generatedAccess({ HOLDFAST_VIEWER_TOKENS: 'mine,too' }, secrets);
    expect(made).to.deep.equal({
      HOLDFAST_PRODUCER_TOKENS: 'made-producer',
      HOLDFAST_PAYMENTS_TOKENS: 'made-payments',
      HOLDFAST_OPERATOR_TOKENS: 'made-operator',
      HOLDFAST_PAYMENT_SECRETS: 'made',
    });
    const facts = runFacts({ HOLDFAST_VIEWER_TOKENS: 'mine,too' }, made, urls, { type: 'ready' });
    expect(facts.tokens).to.include({ viewer: 'mine', operator: 'made-operator' });
    expect(facts).to.include({ queuePrefix: '{holdfast}', httpUrl: null, paymentSecret: 'made' });
  });

  it('is never made up beyond loopback', () => {
    expect(generatedAccess({ HOLDFAST_BIND: '0.0.0.0' }, secrets)).to.deep.equal({});
    expect(generatedAccess({ HOLDFAST_BIND: 'localhost' }, secrets)).to.have.property(
      'HOLDFAST_OPERATOR_TOKENS',
    );
  });
});
