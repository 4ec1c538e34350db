import { silentLogger } from '../../src/telemetry/index.ts';
import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Redis } from 'ioredis';
import {
  assertNoEviction,
  connectServer,
  defineScripts,
  type RedisRole,
  whenReady,
} from '../../src/redis/index.ts';
import { type LogLine, recordingLogger, timed, watchProcess } from '../support/lock-room.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { until } from '../support/until.ts';

describe('a connection to Redis', function () {
  this.timeout(8000);
  let nodes: RedisNodes;
  let lines: LogLine[];
  let clients: Redis[];
  const watch = watchProcess();

  beforeEach(async () => {
    nodes = await startRedisNodes(1);
    lines = [];
    clients = [];
  });
  afterEach(async () => {
    for (const client of clients) client.disconnect();
    nodes.at(0).thaw();
    await nodes.stop();
    expect(watch.seen).to.deep.equal([]);
  });
  after(() => watch.stop());

  const connect = (role: RedisRole, debug = false, url = nodes.urls[0] ?? '') => {
    const client = connectServer(url, role, {
      logger: recordingLogger(lines, debug),
      name: 'test',
    });
    clients.push(client);
    return client;
  };

  it('says when it is ready, and when it does not become so', async () => {
    await whenReady(connect('producer'), 2000);
    const dead = connect('producer', false, 'redis://127.0.0.1:1');
    const { value, ms } = await timed(whenReady(dead, 200).catch((e) => e));
    expect(value).to.include({ code: 'redis-unreachable', retryable: true });
    expect(value.message).to.include('127.0.0.1:1');
    expect(ms).to.be.within(190, 600);
  });

  it('fails fast for a producer when the server falls silent', async () => {
    const client = connect('producer');
    await whenReady(client, 2000);
    nodes.at(0).freeze();
    const { value, ms } = await timed(client.get('a').catch((e) => e));
    expect(value).to.be.an('error');
    expect(ms).to.be.below(2500);
  });

  it('never sends a lock command twice', async () => {
    const client = connect('lock');
    await whenReady(client, 2000);
    nodes.at(0).freeze();
    const answer = client.incr('n').catch((e) => e);
    await new Promise((resolve) => setImmediate(resolve));
    client.stream.destroy();
    expect(await answer).to.be.an('error');
    nodes.at(0).thaw();
    await whenReady(client, 3000);
    await until(async () => (await client.get('n')) === '1');
  });

  it('logs a dead server once, not each try, and says when it is back', async () => {
    const client = connect('worker');
    await whenReady(client, 2000);
    await nodes.at(0).kill();
    let closed = 0;
    client.on('close', () => (closed += 1));
    await until(() => closed >= 5, 5000);
    await nodes.at(0).start();
    await whenReady(client, 3000);
    const about = lines.map(({ message }) => message);
    expect(about.filter((text) => text === 'redis connection failed')).to.have.length(1);
    expect(about.at(-1)).to.equal('redis connected again');
  });

  it('logs each operation with key and time, and never a value, when debug is on', async () => {
    const client = connect('producer', true);
    await whenReady(client, 2000);
    await client.set('the-key', 'the-value');
    await client.incr('the-key').catch(() => undefined); // meant to fail: it is logged all the same
    const operations = lines.filter(({ message }) => message === 'redis operation');
    const found = operations.map(({ fields }) => fields).filter(({ key }) => key === 'the-key');
    expect(found.map(({ command }) => command)).to.deep.equal(['set', 'incr']);
    expect(found[0]?.['ms']).to.be.a('number');
    expect(found[1]?.['error']).to.include('not an integer');
    expect(JSON.stringify(lines)).to.not.include('the-value');
  });

  it('watches its duplicates too', async () => {
    const client = connect('worker', true);
    await whenReady(client, 2000);
    const twin = client.duplicate({ connectionName: 'twin' });
    clients.push(twin);
    await whenReady(twin, 2000);
    await twin.get('of-the-twin');
    expect(lines.some(({ fields }) => fields['key'] === 'of-the-twin')).to.equal(true);
  });

  it('runs scripts from files, not connected yet or forgotten by the server', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-lua-'));
    const file = join(folder, 'sum.lua');
    await writeFile(file, 'return #KEYS + ARGV[1]');
    const client = connect('producer', true);
    await whenReady(client, 2000);
    const scripts = defineScripts(client, { sum: pathToFileURL(file) });
    expect(await scripts.sum(['a', 'b'], [3])).to.equal(5);
    await client.script('FLUSH');
    expect(await scripts.sum(['a', 'b'], [4])).to.equal(6);
    expect(lines.some(({ fields }) => fields['command'] === 'script:sum')).to.equal(true);
    const early = defineScripts(connect('worker'), { sum: pathToFileURL(file) });
    expect(await Promise.all([early.sum(['a'], [1]), early.sum(['a'], [2])])).to.deep.equal([2, 3]);
    await rm(folder, { recursive: true });
  });

  it('refuses a server that evicts, and only warns of one that will not say', async () => {
    const client = connect('producer');
    await whenReady(client, 2000);
    await assertNoEviction(client, silentLogger);
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const thrown = await assertNoEviction(client, silentLogger).catch((e) => e);
    expect(thrown).to.include({ code: 'redis-evicts' });
    expect(thrown.message).to.include('allkeys-lru').and.include('noeviction');
    await client.call('ACL', 'SETUSER', 'default', '-info');
    await assertNoEviction(client, recordingLogger(lines));
    expect(lines.at(-1)?.message).to.equal('redis does not tell its maxmemory-policy');
  });
});
