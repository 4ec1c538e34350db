import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { testServers } from '../support/environment.ts';
import type { RunFacts } from '../../src/launch/index.ts';
import { isQuiet, LauncherBench, readHome, standIn, withoutDatabase } from './launcher-run.ts';

describe('homes of the launcher', () => {
  let bench: LauncherBench;
  beforeEach(() => {
    bench = new LauncherBench();
  });
  afterEach(() => bench.close());

  it('refuses a second start and a reset where one runs, and says who runs', async () => {
    const run = bench.run(['start'], withoutDatabase());
    await run.isReady();
    const second = bench.run(['start'], withoutDatabase());
    expect((await second.ended).code).to.equal(1);
    expect(second.output).to.include(`already running in ${bench.home} (pid ${run.child.pid}`);
    expect(second.output).to.include('http://127.0.0.1:1');

    const reset = bench.run(['reset', '--yes']);
    expect((await reset.ended).code).to.equal(1);
    expect(reset.output).to.include('Nothing was deleted');
    expect((await run.stop()).code).to.equal(0);
  });

  it('deletes only what a start has made, and only after a yes', async () => {
    mkdirSync(path.join(bench.home, 'redis'), { recursive: true });
    for (const name of ['state.json', 'letter.txt'])
      writeFileSync(path.join(bench.home, name), '{}');
    const unasked = bench.run(['reset']);
    expect((await unasked.ended).code).to.equal(1);
    expect(readdirSync(bench.home).toSorted()).to.deep.equal(['letter.txt', 'redis', 'state.json']);

    const reset = bench.run(['reset', '--yes']);
    expect((await reset.ended).code).to.equal(0);
    expect(readdirSync(bench.home)).to.deep.equal(['letter.txt']);
  });

  it('runs two systems side by side', async () => {
    const other = bench.folder();
    const runs = [
      bench.run(['start'], withoutDatabase()),
      bench.run(['start'], { ...withoutDatabase(), HOLDFAST_HOME: other }),
    ];
    await Promise.all(runs.map((run) => run.isReady()));
    const facts = [bench.home, other].map((home) => readHome<RunFacts>(home, 'run.json'));
    const urls = facts.flatMap(({ redisUrl, lockUrls }) => [redisUrl, ...lockUrls]);
    expect(new Set(urls)).to.have.property('size', 12);
    for (const run of runs) expect((await run.stop()).code).to.equal(0);
  });

  it('changes nothing where no server program can be had, and says what would help', async () => {
    const run = bench.run(['start'], { HOLDFAST_LAUNCH_HIDE: '1' });
    expect((await run.ended).code).to.equal(1);
    expect(run.output).to.include('apt-get install -y --no-install-recommends mariadb-server-core');
    expect(run.output).to.include('Docker Compose is not tried yet');
    expect(run.output).to.include('Nothing has been changed on this machine.');
    expect(existsSync(bench.home)).to.equal(false);
  });

  it('starts no server where all are given', async () => {
    const given = {
      ...withoutDatabase(),
      HOLDFAST_REDIS_URL: testServers().redisUrl,
      HOLDFAST_LOCK_URLS: testServers().lockUrls.join(','),
      HOLDFAST_LAUNCH_HIDE: '1',
    };
    const run = bench.run(['start'], given);
    await run.isReady();
    expect(run.output).to.include('yours, nothing is started');
    expect(readHome<RunFacts>(bench.home, 'run.json').redisUrl).to.equal(given.HOLDFAST_REDIS_URL);
    await run.stop();
    expect(readdirSync(path.join(bench.home, 'logs'))).to.deep.equal([]);
  });

  it('runs tests on servers of their own and counts them in the last line', async () => {
    const elsewhere = 'mysql://root:secret@db.example.com/shop';
    const run = bench.run(['test', standIn('suite')], { HOLDFAST_DATABASE_URL: elsewhere });
    expect((await run.ended).code).to.equal(1);
    expect(run.output.trimEnd().split('\n').at(-1)).to.equal('1 passed, 1 failed, 1 skipped');
    expect(run.output).to.include('ignored: HOLDFAST_DATABASE_URL');
    expect(run.output).to.match(
      /given: HOLDFAST_DATABASE_URL HOLDFAST_LOCK_URLS HOLDFAST_REDIS_URL mysql:.*@127\.0\.0\.1:/,
    );
    expect(run.output).to.include('{ units: 2 }').and.not.include('db.example.com');
    expect(existsSync(bench.home)).to.equal(false);
    const home =
      /files in (\S+holdfast-throw-away-\w+)\/database/.exec(run.output)?.[1] ?? os.tmpdir();
    expect(existsSync(home)).to.equal(false);
  });

  it('measures on durable servers and hands the exit code through', async () => {
    const run = bench.run(['bench', '--orders=5'], { HOLDFAST_LAUNCH_APP: standIn('demo') });
    expect((await run.ended).code).to.equal(3);
    expect(run.output).to.include('stand-in demo: --orders=5');
    expect(readdirSync(bench.home)).to.deep.equal([]);
    await isQuiet(bench.home);
  });
});
