import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { expect } from 'chai';
import { createConnection } from 'mysql2/promise';
import { codeOf } from '../../src/kernel/index.ts';
import type { RunFacts } from '../../src/launch/index.ts';
import {
  groupsOf,
  isQuiet,
  LauncherBench,
  type LauncherRun,
  portsOf,
  readHome,
} from './launcher-run.ts';

function listenAt(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

async function codeOfRefusal(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'not refused';
  } catch (error) {
    return codeOf(error);
  }
}

describe('a first start', () => {
  let bench: LauncherBench;
  let run: LauncherRun;
  let facts: RunFacts;
  let strangers: (Server | null)[];

  before(async () => {
    bench = new LauncherBench();
    strangers = await Promise.all([3306, 6379].map(listenAt));
    run = bench.run(['start']);
    await run.isReady();
    facts = readHome(bench.home, 'run.json');
  });
  after(async () => {
    for (const stranger of strangers) stranger?.close();
    await bench.close();
  });

  it('says which servers it uses, with version, port and files, and no password', () => {
    expect(run.output).to.match(
      /database +(MariaDB|MySQL) \d+\.\d+\.\d+ \(\/.*\) at 127\.0\.0\.1:/,
    );
    expect(run.output).to.match(/queue +(Redis|Valkey) \d+\.\d+\.\d+ \(\/.*\) at 127\.0\.0\.1:/);
    expect(run.output).to.include(bench.home).and.not.include(facts.tokens.operator);
    expect(run.output).to.not.include(new URL(facts.databaseUrl).password);
  });

  it('tells other programs of the same user where it is, and nobody else', () => {
    for (const name of ['run.json', 'secrets.json']) {
      expect(statSync(path.join(bench.home, name)).mode & 0o777).to.equal(0o600);
    }
    expect(statSync(bench.home).mode & 0o777).to.equal(0o700);
    expect(facts).to.include({
      pid: run.child.pid,
      httpUrl: 'http://127.0.0.1:1',
      grpcAddress: null,
      boardUrl: null,
      consoleUrl: null,
      queuePrefix: '{stand-in}',
    });
    expect(facts.lockUrls).to.have.length(5);
    expect(Object.values(facts.tokens).filter(Boolean)).to.have.length(4);
  });

  it('does not touch the standard ports, which others may use', () => {
    expect(Object.values(portsOf(bench.home)))
      .to.not.include(3306)
      .and.not.include(6379);
  });

  it('gives the app a database user of its own', async () => {
    const connection = await createConnection(facts.databaseUrl);
    const [rows] = await connection.query(
      'SELECT @@character_set_database AS charset, @@collation_database AS collation, ' +
        '@@time_zone AS zone, CURRENT_USER() AS user',
    );
    const refused = await codeOfRefusal(connection.query('CREATE DATABASE other'));
    await connection.end();
    const user = 'holdfast@127.0.0.1';
    expect(rows).to.deep.equal([
      { charset: 'utf8mb4', collation: 'utf8mb4_bin', zone: '+00:00', user },
    ]);
    expect(refused).to.equal('ER_DBACCESS_DENIED_ERROR');
  });

  it('locks out a root without password, by network and by socket', async () => {
    const root = { user: 'root', password: '' };
    const { hostname, port } = new URL(facts.databaseUrl);
    const byNetwork = createConnection({ ...root, host: hostname, port: Number(port) });
    expect(await codeOfRefusal(byNetwork)).to.match(/^ER_ACCESS_DENIED/);
    const socketPath = path.join(bench.home, 'database', 'socket');
    expect(await codeOfRefusal(createConnection({ ...root, socketPath }))).to.match(
      /^ER_ACCESS_DENIED/,
    );
    expect(existsSync(path.join(bench.home, 'database', 'first-orders.sql'))).to.equal(false);
  });

  it('ends with nothing left but the data', async () => {
    const groups = groupsOf(bench.home);
    expect(groups).to.have.length(9); // the app, a database and its creation, six Redis nodes
    expect(await run.stop('SIGTERM')).to.deep.equal({ code: 0, signal: null });
    expect(run.output).to.include('stand-in: told to stop');
    expect(existsSync(path.join(bench.home, 'run.json'))).to.equal(false);
    expect(existsSync(path.join(bench.home, 'lock'))).to.equal(false);
    await isQuiet(bench.home, groups);
  });
});

describe('a later start', () => {
  let bench: LauncherBench;
  beforeEach(() => {
    bench = new LauncherBench();
  });
  afterEach(() => bench.close());

  it('uses the same ports and tokens again, and another port where one was taken', async () => {
    const first = bench.run(['start']);
    await first.isReady();
    const before = readHome<RunFacts>(bench.home, 'run.json');
    const ports = portsOf(bench.home);
    await first.stop();

    const strangers = await Promise.all(
      [ports['queue'] ?? 0, ports['database'] ?? 0].map(listenAt),
    );
    const second = bench.run(['start']);
    await second.isReady();
    const after = readHome<RunFacts>(bench.home, 'run.json');
    expect(after.lockUrls).to.deep.equal(before.lockUrls);
    expect(after.tokens).to.deep.equal(before.tokens);
    expect(after.redisUrl).to.not.equal(before.redisUrl);
    expect(after.databaseUrl).to.not.equal(before.databaseUrl);
    for (const stranger of strangers) stranger?.close();
    await second.stop();
  });

  it('keeps the files of another server aside and says so', async () => {
    mkdirSync(path.join(bench.home, 'database', 'data'), { recursive: true });
    const madeBy = { flavour: 'MySQL', version: '5.7.44' };
    writeFileSync(path.join(bench.home, 'database', 'made-by.json'), JSON.stringify(madeBy));
    const run = bench.run(['start']);
    await run.isReady();
    expect(run.output).to.include(`kept in ${bench.home}/database-of-mysql-5.7.44`);
    expect(existsSync(`${bench.home}/database-of-mysql-5.7.44/data`)).to.equal(true);
    await run.stop();
  });
});
