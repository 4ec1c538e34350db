/**
 * The campaign against the locks: `npm run chaos:locks -- --help`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../../src/mysql/index.ts';
import { silentLogger } from '../../../src/telemetry/index.ts';
import { programOptions, wholeNumber } from '../../support/program-options.ts';
import { registersIn } from '../campaign/database-register.ts';
import { inMemory } from '../campaign/fenced-register.ts';
import { playCampaign, type RunResult, seedsFrom, totalOf } from '../campaign/lock-campaign.ts';
import { MUTANTS } from '../campaign/lock-mutants.ts';
import { huntMutant } from '../campaign/mutant-hunt.ts';

const HELP = `npm run chaos:locks -- [options]

A seed is some processes that want the same locks, nodes that fail, and clocks that jump; then the
question whether two held one at once, or wrote after their time. Without options: seeds 1 to 200.

  --runs N          so many seeds (200; 40 for each mutant)
  --from N          from this one on (1)
  --seed N          one seed again
  --lanes N         so many at once (2)
  --database URL    in every other lane what the locks protect is a row there
  --mutants         spoils the locks in every way known; each has to be noticed
  --mutant NAME     in one way, and says how it was noticed
  --out FOLDER      where histories of runs go that broke a promise
                    (bench/results/lock-histories)
  --keep            keeps those of all runs
  --help            this`;

const values = programOptions({
  options: {
    runs: { type: 'string' },
    from: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '2' },
    seed: { type: 'string' },
    database: { type: 'string' },
    mutant: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    out: { type: 'string', default: 'bench/results/lock-histories' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const isHunt = values.mutants || values.mutant !== undefined;
const runs = wholeNumber('runs', values.runs ?? (isHunt ? '40' : '200'), 1);
const from = wholeNumber('from', values.from, 0);
const seeds =
  values.seed === undefined ? seedsFrom(from, runs) : [wholeNumber('seed', values.seed, 0)];
const lanes = Math.min(wholeNumber('lanes', values.lanes, 1), seeds.length);
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());

function keep(name: string, { history }: RunResult): void {
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, `${name}.jsonl`), history);
}

async function campaign(): Promise<boolean> {
  const results: RunResult[] = [];
  const tell = (result: RunResult) => {
    results.push(result);
    const { seed, broken, acquisitions, losses, faults } = result;
    console.log(`seed ${seed}: ${acquisitions} acquisitions, ${faults} faults, ${losses} losses`);
    for (const what of broken) console.log(`  BROKEN ${what}`);
    if (broken.length > 0 || values.keep) keep(`seed-${seed}`, result);
    return true;
  };
  const url = values.database;
  const database = url === undefined ? undefined : openDatabase({ url, logger: silentLogger });
  try {
    const rows = database ? await registersIn(database) : inMemory;
    const parts = seedsFrom(0, lanes).map((lane) => ({
      register: lane % 2 === 0 ? rows : inMemory,
    }));
    await playCampaign({ seeds, lanes: parts, tell, signal: stop.signal });
  } finally {
    await database?.close();
  }
  const total = totalOf(results);
  console.log(JSON.stringify(total));
  return total.violations === 0;
}

/** A table for people, who copy it into the page about the fence. */
async function hunts(): Promise<boolean> {
  const wanted = MUTANTS.filter(({ name }) => values.mutants || name === values.mutant);
  if (wanted.length === 0) {
    console.log(`known are ${MUTANTS.map(({ name }) => name).join(', ')}`);
    return false;
  }
  let alive = 0;
  console.log('| mutant | what is wrong with it | found out by | first seed |\n|---|---|---|---|');
  for (const mutant of wanted) {
    const hunt = { mutant, seeds, lanes, firstOnly: false, signal: stop.signal };
    const caught = await huntMutant(hunt);
    // What was not played to its end proves nothing.
    if (stop.signal.aborted) return false;
    if (caught.length === 0) alive += 1;
    const first = caught[0]?.seed ?? 'none';
    const share = `${caught.length} of ${seeds.length} runs`;
    console.log(`| \`${mutant.name}\` | ${mutant.breaks} | ${share} | ${first} |`);
    if (values.mutants) continue;
    for (const result of caught) {
      console.log(`  seed ${result.seed}: ${result.broken[0]}`);
      keep(`${mutant.name}-${result.seed}`, result);
    }
  }
  return alive === 0;
}

if (values.help) console.log(HELP);
else {
  const started = performance.now();
  const isGood = isHunt ? await hunts() : await campaign();
  console.log(`${((performance.now() - started) / 1000).toFixed(0)} s`);
  process.exitCode = isGood ? 0 : 1;
}
