/**
 * The whole campaign: `npm run chaos:locks -- --runs 200 --lanes 2`, or one seed again with
 * `--seed 17`. With `--database URL` what the locks protect is a row there, in every other lane.
 * Histories of runs that broke a promise are written to `--out` (bench/results).
 *
 * With `--mutant NAME` the locks are spoilt on purpose, and with `--mutants` in every way known,
 * one after the other: then a run that finds nothing is the failure.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDatabase } from '../../../src/mysql/index.ts';
import { silentLogger } from '../../../src/telemetry/index.ts';
import { registersIn } from '../campaign/database-register.ts';
import { inMemory } from '../campaign/fenced-register.ts';
import { playCampaign, type RunResult, seedsFrom, totalOf } from '../campaign/lock-campaign.ts';
import { MUTANTS } from '../campaign/lock-mutants.ts';
import { huntMutant } from '../campaign/mutant-hunt.ts';

const { values } = parseArgs({
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
  },
});

const isHunt = values.mutants || values.mutant !== undefined;
const runs = Number(values.runs ?? (isHunt ? 40 : 200));
const seeds =
  values.seed === undefined ? seedsFrom(Number(values.from), runs) : [Number(values.seed)];
const lanes = Math.min(Number(values.lanes), seeds.length);
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

const started = performance.now();
const isGood = isHunt ? await hunts() : await campaign();
console.log(`${((performance.now() - started) / 1000).toFixed(0)} s`);
process.exitCode = isGood ? 0 : 1;
