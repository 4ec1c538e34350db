/**
 * Measures what the system promises: `npm run guarantees -- --help`.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../../src/kernel/index.ts';
import { type ChaosSite, openSite } from '../../chaos/chaos-site.ts';
import { programOptions } from '../../support/program-options.ts';
import { MEASUREMENTS } from '../every-measurement.ts';
import { boundOf, holds, type Measurement, valueOf } from '../figure.ts';
import { figuresPage, isKept, type Measured } from '../figures-page.ts';

const HELP = `npm run guarantees -- [options]

Starts whole systems on private servers, takes from them what a promise is about, and measures:
${MEASUREMENTS.map(({ id, promise }) => `  ${id.padEnd(4)} ${promise}`).join('\n')}
Takes about four minutes on a quiet machine. Ends with 1 when a figure is not what it must be.

  --only G7,G9      these alone
  --json            the figures as one document on standard output
  --write           keeps them as docs/reference/guarantee-figures.md
  --help            this`;

const values = programOptions({
  options: {
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const say = (line: string) => void process.stderr.write(`${line}\n`);
const started = performance.now();
let isStopped = false;
const stop = () => {
  if (isStopped) process.exit(1);
  isStopped = true;
  say('ends after this measurement; once more, and it ends at once');
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

function commitNow(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const isChanged = git('status', '--porcelain').trim() !== '';
    return git('rev-parse', '--short=12', 'HEAD').trim() + (isChanged ? '+' : '');
  } catch {
    return 'unknown'; // not a checkout: the figures then belong to no commit
  }
}

async function measured(measurement: Measurement, site: ChaosSite): Promise<Measured> {
  const { id, promise } = measurement;
  say(`${id} ${promise} ...`);
  const start = performance.now();
  const seconds = () => Math.round((performance.now() - start) / 100) / 10;
  try {
    const figures = await measurement.measure({ site, root });
    return { id, promise, seconds: seconds(), figures };
  } catch (error) {
    return { id, promise, seconds: seconds(), figures: [], failure: messageOf(error) };
  }
}

function tell(one: Measured): void {
  for (const figure of one.figures) {
    const bound = boundOf(figure);
    const verdict = bound === '' ? '' : ` (${bound})${holds(figure) ? '' : ' BROKEN'}`;
    say(`     ${figure.what}: ${valueOf(figure)}${verdict}`);
  }
  if (one.failure !== undefined) say(`     COULD NOT BE MEASURED: ${one.failure}`);
  say(`     ${one.seconds} s`);
}

async function run(wanted: readonly Measurement[]): Promise<boolean> {
  const all: Measured[] = [];
  const site = await openSite();
  try {
    for (const measurement of wanted) {
      if (isStopped) break;
      const one = await measured(measurement, site);
      tell(one);
      all.push(one);
    }
  } finally {
    await site.close();
  }
  const minutes = Math.round((performance.now() - started) / 6000) / 10;
  const [cpu] = os.cpus();
  const load = os.loadavg()[1]?.toFixed(1);
  const machine =
    `${os.cpus().length} cores (${cpu?.model ?? 'unknown'}), Node ${process.version}, ` +
    `at a load of ${load}`;
  const facts = { commit: commitNow(), machine, minutes };
  if (values.json) console.log(JSON.stringify({ ...facts, guarantees: all }, null, 1));
  if (values.write && !isStopped) {
    const file = 'docs/reference/guarantee-figures.md';
    writeFileSync(join(root, file), figuresPage(facts, all));
    say(`written: ${file}`);
  }
  const kept = all.filter(isKept).length;
  say(`${kept} of ${wanted.length} promises kept, in ${minutes} min`);
  return kept === wanted.length;
}

async function main(): Promise<number> {
  const names = values.only?.split(',');
  const wanted = MEASUREMENTS.filter(({ id }) => names?.includes(id) ?? true);
  if (names && wanted.length < names.length) {
    say(`known are ${MEASUREMENTS.map(({ id }) => id).join(', ')}`);
    return 1;
  }
  if (values.write && names) {
    say('--write keeps all figures, so it does not go with --only');
    return 1;
  }
  return (await run(wanted)) ? 0 : 1;
}

if (values.help) console.log(HELP);
else process.exit(await main()); // sockets of callers that were given up may still linger
