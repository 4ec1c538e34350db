/**
 * The campaign of faults against whole systems: `npm run chaos -- --help`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../../src/kernel/index.ts';
import { programOptions, wholeNumber } from '../../support/program-options.ts';
import { campaignPage } from '../campaign-page.ts';
import { playCampaign, seedsOf, totalOf } from '../chaos-campaign.ts';
import { CHAOS_MUTANTS } from '../chaos-mutants.ts';
import { huntMutant, isAsMeant, matrixLine } from '../hunt-mutant.ts';
import { FULL_SIZE, type SeedResult, type SeedTrace, SHORT_SIZE } from '../play-seed.ts';

const HELP = `npm run chaos -- [options]

A seed is a whole system on private servers, orders from every door, and faults on all of it;
then calm, and the question whether every promise was kept. Without options: seeds 1 to 8.

  --seed N          one seed again; its history is kept, whatever it says
  --seeds 1-100     a campaign; also 1-3,9
  --lanes N         so many seeds at once, each on servers of its own (1)
  --short           120 orders to a seed in the place of 520
  --resume          leaves out seeds whose result at this commit lies in the folder already
  --out FOLDER      where results go, and all that is known of seeds that broke a promise
                    (bench/results/chaos)
  --json            the total as one document on standard output, and nothing else
  --write           keeps a page in docs/reference/campaigns
  --mutants         spoils one decision after the other; each has to be noticed
  --mutant NAME     one of them
  --log-level L     of the processes: debug tells most
  --help            this`;

const values = programOptions({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '1-8' },
    lanes: { type: 'string', default: '1' },
    short: { type: 'boolean', default: false },
    resume: { type: 'boolean', default: false },
    out: { type: 'string', default: 'bench/results/chaos' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    mutant: { type: 'string' },
    'log-level': { type: 'string', default: 'warn' },
    help: { type: 'boolean', default: false },
  },
});

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
const say = (line: string) => void process.stderr.write(`${line}\n`);
const size = values.short ? SHORT_SIZE : FULL_SIZE;
const plan = {
  lanes: wholeNumber('lanes', values.lanes, 1),
  size,
  root,
  signal: stop.signal,
  logLevel: values['log-level'],
  onTrouble: (seed: number, error: unknown) => {
    say(`seed ${seed} could not be played and is tried once more: ${messageOf(error)}`);
  },
};
const PAGES = 'docs/reference/campaigns';
const started = performance.now();
const minutes = () => Math.round((performance.now() - started) / 6000) / 10;

function commitNow(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    // Pages of campaigns are what comes out, and change nothing that is played.
    const changed = git('status', '--porcelain', '--', '.', `:!${PAGES}`);
    return git('rev-parse', '--short=12', 'HEAD') + (changed ? '+' : '');
  } catch {
    return 'unknown'; // not a checkout: the results then belong to no commit
  }
}

interface Kept extends SeedResult {
  readonly commit: string;
  readonly orderCount: number;
}

const commit = commitNow();
const fileOf = (seed: number) => join(values.out, `seed-${seed}.json`);

function keep(result: SeedResult, trace: SeedTrace): void {
  mkdirSync(values.out, { recursive: true });
  const kept: Kept = { ...result, commit, orderCount: size.orders };
  writeFileSync(fileOf(result.seed), `${JSON.stringify(kept, null, 1)}\n`);
  if (result.broken.length === 0 && values.seed === undefined) return;
  const name = join(values.out, `seed-${result.seed}`);
  writeFileSync(`${name}.history.jsonl`, trace.history);
  writeFileSync(`${name}.dump.json`, JSON.stringify(trace.dump));
  writeFileSync(`${name}.log`, trace.logs);
}

function known(): SeedResult[] {
  if (!values.resume || !existsSync(values.out)) return [];
  return readdirSync(values.out)
    .filter((name) => /^seed-\d+\.json$/.test(name))
    .map((name) => JSON.parse(readFileSync(join(values.out, name), 'utf8')) as Kept)
    .filter((kept) => kept.commit === commit && kept.orderCount === size.orders);
}

function tellSeed({ seed, broken, orders, faults, kills, seconds, pace }: SeedResult): void {
  const met = Object.values(faults).reduce((sum, times) => sum + times, 0);
  const slow = pace > 1 ? `, ${pace} times as long as meant` : '';
  say(
    `seed ${seed}: ${orders} orders, ${met} faults, ${kills} kills, ` +
      `${seconds.storm} s of storm, quiet after ${seconds.quiet} s${slow}`,
  );
  for (const { id, what } of broken.slice(0, 12)) say(`  BROKEN ${id} ${what}`);
  if (broken.length > 0) say(`  again: npm run chaos -- --seed ${seed}`);
}

async function campaign(): Promise<boolean> {
  const wanted = seedsOf(values.seed ?? values.seeds);
  const results = known().filter(({ seed }) => wanted.includes(seed));
  const done = new Set(results.map(({ seed }) => seed));
  if (done.size > 0) say(`${done.size} seeds are known already`);
  const tell = (result: SeedResult, trace: SeedTrace) => {
    results.push(result);
    keep(result, trace);
    tellSeed(result);
    return true;
  };
  await playCampaign({ ...plan, seeds: wanted.filter((seed) => !done.has(seed)), tell });
  results.sort((one, other) => one.seed - other.seed);
  const total = totalOf(results);
  if (values.json) console.log(JSON.stringify({ commit, ...total }, null, 1));
  say(`${total.seeds} seeds in ${minutes()} min, ${total.broken} broke a promise`);
  // One seed alone cannot meet everything.
  const isVacuous = total.seeds >= 8 && size === FULL_SIZE && total.never.length > 0;
  if (total.never.length > 0) say(`never met: ${total.never.join(', ')}`);
  if (values.write) writePage(results);
  return total.broken === 0 && !isVacuous && total.seeds === wanted.length;
}

function writePage(results: readonly SeedResult[]): void {
  const folder = join(root, PAGES);
  mkdirSync(folder, { recursive: true });
  const [cpu] = os.cpus();
  const machine = `${os.cpus().length} cores (${cpu?.model ?? 'unknown'}), Node ${process.version}`;
  const facts = { commit, seeds: values.seed ?? values.seeds, machine, minutes: minutes() };
  const file = join(folder, `campaign-${commit.replace('+', '')}.md`);
  writeFileSync(file, campaignPage(facts, totalOf(results), results));
  say(`written: ${file}`);
}

async function hunts(): Promise<boolean> {
  const wanted = CHAOS_MUTANTS.filter(({ name }) => values.mutants || name === values.mutant);
  if (wanted.length === 0) {
    say(`known are ${CHAOS_MUTANTS.map(({ name }) => name).join(', ')}`);
    return false;
  }
  const seeds = seedsOf(values.seed ?? (values.seeds === '1-8' ? '1-20' : values.seeds));
  const lines: string[] = [];
  let isGood = true;
  for (const mutant of wanted) {
    const limit = mutant.harmless === undefined ? seeds : seeds.slice(0, 5);
    const caught = await huntMutant({ ...plan, mutant, seeds: limit });
    // What was not played to its end proves nothing.
    if (stop.signal.aborted) return false;
    isGood &&= isAsMeant(mutant, caught);
    lines.push(matrixLine(mutant, caught));
    say(`${lines.at(-1)}\n    ${caught.what}`);
  }
  const table = ['| mutant | what is wrong with it | noticed |\n|---|---|---|', ...lines].join(
    '\n',
  );
  console.log(table);
  if (values.write) {
    const folder = join(root, PAGES);
    mkdirSync(folder, { recursive: true });
    const by = 'Written by `npm run chaos -- --mutants --write`';
    const title = `# Mutants\n\n${by} at \`${commit}\`.\n`;
    writeFileSync(join(folder, 'mutants.md'), `${title}\n${table}\n`);
  }
  return isGood;
}

async function main(): Promise<boolean> {
  const isHunt = values.mutants || values.mutant !== undefined;
  const isGood = isHunt ? await hunts() : await campaign();
  say(`${minutes()} min`);
  return isGood;
}

if (values.help) console.log(HELP);
else {
  const ended = main().then(
    (isGood) => (isGood ? 0 : 1),
    (error: unknown) => {
      say(messageOf(error));
      return 2;
    },
  );
  process.exit(await ended); // sockets of callers that were given up may still linger
}
