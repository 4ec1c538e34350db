import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import type { RunFacts } from '../../src/launch/index.ts';
import {
  groupsOf,
  isQuiet,
  LauncherBench,
  type LauncherRun,
  PROJECT,
  readHome,
  withoutDatabase,
} from './launcher-run.ts';

describe('the end of a start', () => {
  let bench: LauncherBench;
  beforeEach(() => {
    bench = new LauncherBench();
  });
  afterEach(() => bench.close());

  it('leaves no server after a kill -9, and the next start takes over at once', async () => {
    const first = bench.run(['start']);
    await first.isReady();
    const groups = groupsOf(bench.home);
    await first.stop('SIGKILL');

    const second = bench.run(['start']);
    await second.isReady();
    await isQuiet(`${bench.home}/none`, groups);
    expect(readHome<RunFacts>(bench.home, 'run.json').pid).to.equal(second.child.pid);
    expect((await second.stop()).code).to.equal(0);
    expect(first.output).to.include('stand-in: the launcher is gone');
  });

  it('shows the last words of a server that cannot start', async () => {
    const first = bench.run(['start'], withoutDatabase());
    await first.isReady();
    await first.stop();
    const manifest = 'redis/lock3/appendonlydir/appendonly.aof.manifest';
    writeFileSync(path.join(bench.home, manifest), 'not a manifest\n');

    const second = bench.run(['start'], withoutDatabase());
    expect((await second.ended).code).to.equal(1);
    expect(second.output).to.include('the lock Redis 3').and.include('did not start: exit code 1');
    expect(second.output).to.match(/manifest/i);
    await isQuiet(bench.home);
  });

  it('shows the last words of a database whose files are broken', async () => {
    const first = bench.run(['start']);
    await first.isReady();
    await first.stop();
    rmSync(path.join(bench.home, 'database', 'data', 'mysql'), { recursive: true });

    const second = bench.run(['start']);
    expect((await second.ended).code).to.equal(1);
    expect(second.output).to.include('the database').and.include('did not start');
    expect(second.output).to.match(/\[ERROR\]/);
    await isQuiet(bench.home);
  });

  it('stops everything when a server dies in the middle', async () => {
    const run = bench.run(['start'], withoutDatabase());
    await run.isReady();
    const { redisUrl } = readHome<RunFacts>(bench.home, 'run.json');
    const groups = groupsOf(bench.home);
    const redis = new Redis(redisUrl);
    const pid = /process_id:(\d+)/.exec(await redis.info('server'))?.[1];
    redis.disconnect();
    process.kill(Number(pid), 'SIGKILL');

    expect((await run.ended).code).to.equal(1);
    expect(run.output).to.include('The queue Redis stopped by itself (ended by signal 9)');
    expect(run.output).to.include('Ready to accept connections');
    await isQuiet(bench.home, groups);
  });

  it('ends with the app when the app ends before it is ready', async () => {
    const run = bench.run(['start'], { ...withoutDatabase(), STAND_IN: 'dies' });
    expect((await run.ended).code).to.equal(4);
    expect(run.output).to.include('The app stopped by itself (exit code 4).');
    await isQuiet(bench.home);
  });

  it('ends the demo with the code of its story when it is played once', async () => {
    const run = bench.run(['demo', '--once'], withoutDatabase());
    expect((await run.ended).code).to.equal(3);
    expect(run.output).to.include(`stand-in demo: --once in ${bench.home}`);
    await isQuiet(bench.home);
  });
});

/** A real terminal, with npm between it and the launcher, as people have it. */
function describeInTerminal() {
  describe('a start in a terminal', () => {
    let bench: LauncherBench;
    let run: LauncherRun;
    let groups: number[];
    beforeEach(async () => {
      bench = new LauncherBench();
      const npm = `npm --prefix ${PROJECT} start`;
      run = bench.runCommand('script', ['-qec', npm, '/dev/null'], withoutDatabase());
      await run.isReady();
      groups = groupsOf(bench.home);
    });
    afterEach(() => bench.close());

    it('stops in good order on Ctrl-C', async () => {
      run.child.stdin?.write('\x03');
      await run.ended;
      expect(run.output).to.include('SIGINT: stopping').and.include('stand-in: told to stop');
      expect(run.output).to.match(/stopped +everything; the data stays/);
      await isQuiet(bench.home, groups);
    });

    it('leaves nothing when the terminal is closed', async () => {
      run.child.kill('SIGKILL');
      await isQuiet(bench.home, groups);
      expect(existsSync(path.join(bench.home, 'run.json'))).to.equal(false);
    });
  });
}

// Linux has a program that makes terminals. A bare chroot may have none to give.
const canMakeTerminals =
  process.platform === 'linux' &&
  spawnSync('script', ['-qec', 'true', '/dev/null'], { stdio: 'ignore' }).status === 0;
if (canMakeTerminals) describeInTerminal();
