/**
 * `npm run chaos:sweep`: every single fault of every scenario, on private servers that live for
 * this run alone. `--help` says the rest.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, systemClock } from '../../../src/kernel/index.ts';
import { launchContext, PROJECT_FOLDER } from '../../../src/launch/launch-context.ts';
import { createScreen } from '../../../src/launch/screen.ts';
import { forTests } from '../../../src/launch/server-use.ts';
import { throwAwayHome } from '../../../src/launch/throw-away-home.ts';
import { runThrowAway } from '../../../src/launch/throw-away-run.ts';
import { passedOn } from '../../../src/launch/watched-spawn.ts';
import { programOptions, wholeNumber } from '../../support/program-options.ts';
import { SCENARIOS } from '../crash-scenarios.ts';
import { sweepPage } from '../sweep-page-text.ts';
import { plannedRuns, type PlannedRun, sampleOf } from '../sweep-plan.ts';
import {
  calmViolation,
  runViolation,
  tableOf,
  type Violation,
  violationsOf,
} from '../sweep-report.ts';
import { sweepCrashes, type SweepVerdict } from '../sweep-run.ts';
import { MODES } from '../wire-tap.ts';

const PAGE = 'docs/reference/crash-sweep.md';
/** Given by this program to itself, once its servers are up. */
const ON_SERVERS = '--on-servers';

const HELP = `npm run chaos:sweep -- [options]

Plays every scenario again for each of its requests and each way to fail there.

  --scenario NAME  only this one: ${SCENARIOS.map(({ name }) => name).join(', ')}
  --point N        only the N-th request
  --mode M         only this way: ${MODES.join(', ')}
  --sample K/N     the K-th of N parts
  --lanes L        so many side by side (2)
  --json           the result as JSON on standard output
  --write          writes ${PAGE}; whole sweeps only
  --list           what would be played, and how many runs it is

Ends with 1 when anything was violated.`;

function optionsIn(args: readonly string[]) {
  const values = programOptions({
    args: [...args],
    options: {
      scenario: { type: 'string' },
      point: { type: 'string' },
      mode: { type: 'string' },
      sample: { type: 'string' },
      lanes: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { scenario, point, mode, sample } = values;
  const runs = plannedRuns(SCENARIOS, {
    ...(scenario !== undefined && { scenario }),
    ...(point !== undefined && { point: Number(point) }),
    ...(mode !== undefined && { mode }),
    ...(sample !== undefined && { sample: sampleOf(sample) }),
  });
  if (runs.length === 0) throw new Error('no run is like that; --help says what there is');
  const isPart = [scenario, point, mode, sample].some((one) => one !== undefined);
  if (isPart && values.write) throw new Error('--write is for whole sweeps');
  return { ...values, lanes: wholeNumber('lanes', values.lanes, 1), runs };
}

type Options = ReturnType<typeof optionsIn>;

/** Progress goes where it does not mix with the result. */
const say = (text: string) => process.stderr.write(`${text}\n`);

function sayViolation({ what, broken, replay }: Violation): void {
  say(`VIOLATED ${what}`);
  for (const line of broken) say(`  ${line}`);
  say(`  again: ${replay}`);
}

/** Says how far it is whenever a scenario is through with one mode. */
function progress(runs: readonly PlannedRun[]): (done: PlannedRun['mode'], name: string) => void {
  const open = new Map<string, number>();
  const keyOf = (mode: string, name: string) => `${name.padEnd(16)} ${mode}`;
  for (const { scenario, mode } of runs) {
    const key = keyOf(mode, scenario.name);
    open.set(key, (open.get(key) ?? 0) + 1);
  }
  const started = performance.now();
  let done = 0;
  return (mode, name) => {
    done += 1;
    const key = keyOf(mode, name);
    const left = (open.get(key) ?? 0) - 1;
    open.set(key, left);
    if (left > 0) return;
    const seconds = Math.round((performance.now() - started) / 1000);
    say(`${String(seconds).padStart(5)} s  ${String(done).padStart(5)} of ${runs.length}  ${key}`);
  };
}

async function sweep({ runs, lanes, json, write }: Options): Promise<number> {
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  process.once('SIGINT', () => stop.abort());
  const tellProgress = progress(runs);
  const started = performance.now();
  const verdict = await sweepCrashes({
    runs,
    lanes: Math.min(lanes, runs.length),
    signal: stop.signal,
    tellCalm: (calm) => {
      say(`       ${calm.scenario}: ${calm.points.length} points`);
      calmViolation(SCENARIOS, calm).forEach(sayViolation);
    },
    tell: (run) => {
      runViolation(run).forEach(sayViolation);
      tellProgress(run.mode, run.scenario);
    },
  });
  const seconds = Math.round((performance.now() - started) / 1000);
  const violations = violationsOf(SCENARIOS, verdict);
  if (json) console.log(JSON.stringify(resultOf(verdict, violations, seconds), null, 2));
  else console.log(`\n${tableOf(SCENARIOS, verdict)}\n\n${seconds} s`);
  // What was not played to its end proves nothing.
  if (stop.signal.aborted) return 1;
  if (write) writePage(verdict, seconds);
  return violations.length === 0 ? 0 : 1;
}

function resultOf({ calm, runs }: SweepVerdict, violations: readonly Violation[], seconds: number) {
  return {
    seconds,
    scenarios: calm.map(({ scenario, points }) => ({
      scenario,
      points: points.length,
      runs: runs.filter((run) => run.scenario === scenario).length,
    })),
    runs: runs.length,
    violations,
  };
}

function writePage(verdict: SweepVerdict, seconds: number): void {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: PROJECT_FOLDER, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--', 'src', 'test', 'workers', 'migrations');
  const head = git('rev-parse', '--short', 'HEAD');
  const commit = changed === '' ? `\`${head}\`` : `\`${head}\` and changes`;
  const page = sweepPage(SCENARIOS, verdict, {
    commit,
    day: systemClock.now().toFormat('yyyy-MM-dd'),
    machine: `${availableParallelism()} processors (${cpus()[0]?.model.trim() ?? 'unknown'})`,
    seconds,
  });
  writeFileSync(join(PROJECT_FOLDER, PAGE), page);
  say(`written: ${PAGE}`);
}

async function onOwnServers(args: readonly string[]): Promise<number> {
  const context = launchContext('chaos:sweep', args);
  return await runThrowAway(
    { ...context, screen: createScreen(process.stderr, systemClock) },
    {
      name: 'the crash sweep',
      use: forTests,
      makeHome: () => throwAwayHome(),
      stopSignal: 'SIGTERM',
      program: {
        file: fileURLToPath(import.meta.url),
        args: [ON_SERVERS, ...args],
        environment: passedOn(context.env, (name) => name.startsWith('HOLDFAST_')),
      },
    },
  );
}

async function main([first, ...rest]: readonly string[]): Promise<number> {
  if (first === ON_SERVERS) return await sweep(optionsIn(rest));
  const args = first === undefined ? [] : [first, ...rest];
  const { help, list, runs } = optionsIn(args);
  if (help) console.log(HELP);
  else if (list) {
    for (const { scenario, n, mode } of runs) console.log(`${scenario.name} ${n} ${mode}`);
  } else return await onOwnServers(args);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 2;
}
