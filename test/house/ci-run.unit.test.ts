import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from './repo-files.ts';

/** What the stand-in for npm does, by its arguments: each step is in order. */
const STEPS: Readonly<Record<string, string>> = {
  'ci --no-audit --no-fund': 'true',
  'run check': 'echo "5 passed, 0 failed"',
  test: 'echo "31 passed, 0 failed"',
  'run bench -- --quick': 'echo fast',
  'run demo -- --once': 'echo nice',
};

const SERVERS = ['mariadbd', 'redis-server', 'etcd', 'zkServer.sh', 'java', 'openssl', 'chromium'];

describe('.ci/run', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-ci-'));
    for (const name of ['.ci', 'bin', 'dist', 'tmp']) mkdirSync(join(folder, name));
    copyFileSync(join(ROOT, '.ci/run'), join(folder, '.ci/run'));
    for (const server of SERVERS) program(server, 'exit 1');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function program(name: string, text: string): void {
    writeFileSync(join(folder, 'bin', name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
  }

  function start(steps: Readonly<Record<string, string>> = {}) {
    const cases = Object.entries({ ...STEPS, ...steps }).map(
      ([args, act]) => `'${args}') ${act};;`,
    );
    const note = `echo "$* home=$HOLDFAST_HOME level=$HOLDFAST_LOG_LEVEL" >>'${folder}/calls'`;
    program('npm', `${note}\ncase "$*" in ${cases.join('\n')} *) exit 64;; esac`);
    const child = spawn(join(folder, '.ci/run'), [], {
      cwd: '/',
      // The last pipe goes to every process that the run starts: none is left when it closes.
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: {
        ...process.env,
        HOLDFAST_LOG_LEVEL: 'loud',
        PATH: `${folder}/bin:${process.env['PATH']}`,
        TMPDIR: join(folder, 'tmp'),
      },
    });
    let said = '';
    const hear = (text: string) => {
      said += text;
    };
    child.stdout?.setEncoding('utf8').on('data', hear);
    child.stderr?.setEncoding('utf8').on('data', hear);
    const done = new Promise<{ code: number | null; said: string; last: string }>((resolve) => {
      child.on('close', (code) => {
        resolve({ code, said, last: said.trimEnd().split('\n').at(-1) ?? '' });
      });
    });
    return { child, done };
  }

  const run = (steps?: Readonly<Record<string, string>>) => start(steps).done;

  it('adds up what the checks, the tests, the benchmark and the demo passed', async () => {
    const { code, last, said } = await run();
    expect(last, said).to.equal('38 passed, 0 failed');
    expect(code).to.equal(0);
    expect(said).to.match(/=== ok: tests, \d+ s/);
  });

  it('begins clean, with a data folder of its own, and leaves nothing behind', async () => {
    await run();
    expect(existsSync(join(folder, 'dist'))).to.equal(false);
    const calls = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
    expect(calls).to.have.length(5);
    for (const call of calls) expect(call).to.match(/ home=.*\/tmp\/tmp\.\w+\/home level=$/);
    const home = /home=(\S+)\/home/.exec(calls[0] ?? '')?.[1] ?? '/';
    expect(existsSync(home)).to.equal(false);
  });

  it('counts the failures of each step, and still runs every other', async () => {
    const { code, last } = await run({
      'run check': 'echo "3 passed, 2 failed"; exit 1',
      test: 'echo "30 passed, 1 failed"; exit 1',
      'run bench -- --quick': 'exit 1',
      'run demo -- --once': 'exit 1',
    });
    expect(last).to.equal('33 passed, 5 failed');
    expect(code).to.equal(1);
  });

  describe('with tests that failed', () => {
    const failing = 'echo "30 passed, 1 failed"; echo "these alone: npm test -- a.ts"; exit 1';

    it('believes them, loudly, when they pass twice alone', async () => {
      const { code, last, said } = await run({ test: failing, 'test -- a.ts': 'true' });
      expect(last).to.equal('38 passed, 0 failed');
      expect(said).to.match(/=== UNSTABLE: .* a\.ts\n/);
      expect(code).to.equal(0);
    });

    it('counts them when they fail once more', async () => {
      const once = `[ -e '${folder}/seen' ] && exit 1; touch '${folder}/seen'`;
      expect((await run({ test: failing, 'test -- a.ts': once })).last).to.equal(
        '37 passed, 1 failed',
      );
      const calls = readFileSync(join(folder, 'calls'), 'utf8');
      expect(calls.match(/^test -- a\.ts/gm)).to.have.length(2);
    });

    it('counts them at once when they are in many files', async () => {
      const many = 'echo "28 passed, 3 failed"; echo "these alone: npm test -- a b c"; exit 1';
      expect((await run({ test: many, 'test -- a b c': 'true' })).last).to.equal(
        '35 passed, 3 failed',
      );
    });
  });

  it('measures once more when the first benchmark misses a must, and no third time', async () => {
    const once = `[ -e '${folder}/missed' ] || { touch '${folder}/missed'; exit 1; }`;
    expect((await run({ 'run bench -- --quick': once })).last).to.equal('38 passed, 0 failed');
    const { last } = await run({ 'run bench -- --quick': 'exit 1' });
    expect(last).to.equal('37 passed, 1 failed');
    const calls = readFileSync(join(folder, 'calls'), 'utf8');
    expect(calls.match(/^run bench/gm)).to.have.length(4);
  });

  it('does not believe a suite that fails without a failure, or ends without a count', async () => {
    const { last } = await run({
      'run check': 'echo "5 passed, 0 failed"; exit 7',
      test: 'echo "as good as passed"',
    });
    expect(last).to.equal('7 passed, 2 failed');
  });

  it('believes a failure even when the suite ends well', async () => {
    const { code, last } = await run({ test: 'echo "30 passed, 1 failed"' });
    expect(last).to.equal('37 passed, 1 failed');
    expect(code).to.equal(1);
  });

  it('stops at once when the dependencies cannot be installed', async () => {
    const { code, last, said } = await run({ 'ci --no-audit --no-fund': 'exit 1' });
    expect(last).to.equal('0 passed, 1 failed');
    expect(code).to.equal(1);
    expect(said).not.to.contain('checks');
  });

  it('ends a step that takes too long, and goes on', async () => {
    program('timeout', 'shift 3\nexec /usr/bin/timeout -k 1 0.2 "$@"');
    const { last, said } = await run({ test: 'echo begun; exec sleep 60' });
    expect(said).to.match(/FAIL: tests, not done in/);
    expect(last).to.equal('7 passed, 1 failed');
  });

  it('ends with a count, and takes its step along, when it is told to stop', async () => {
    const { child, done } = start({ test: 'echo begun; exec sleep 60' });
    child.stdout?.on('data', (text: string) => {
      if (text.includes('begun')) child.kill('SIGTERM');
    });
    const { code, last } = await done;
    expect(last).to.equal('5 passed, 1 failed');
    expect(code).to.equal(1);
  });
});
