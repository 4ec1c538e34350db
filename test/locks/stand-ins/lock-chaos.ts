/**
 * The whole campaign: `npm run chaos:locks -- --runs 200 --lanes 2`, or one seed again with
 * `--seed 17`. Histories of runs that broke a promise are written to `--out` (bench/results).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { playCampaign, type RunResult, totalOf } from '../campaign/lock-campaign.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '2' },
    seed: { type: 'string' },
    out: { type: 'string', default: 'bench/results/lock-histories' },
    keep: { type: 'boolean', default: false },
  },
});

const seeds =
  values.seed === undefined
    ? Array.from({ length: Number(values.runs) }, (_, index) => Number(values.from) + index)
    : [Number(values.seed)];

const results: RunResult[] = [];
const started = performance.now();
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
await playCampaign(
  seeds,
  Math.min(Number(values.lanes), seeds.length),
  (result) => {
    results.push(result);
    const { seed, broken, acquisitions, losses, faults, history } = result;
    console.log(`seed ${seed}: ${acquisitions} acquisitions, ${faults} faults, ${losses} losses`);
    for (const what of broken) console.log(`  BROKEN ${what}`);
    if (broken.length === 0 && !values.keep) return;
    mkdirSync(values.out, { recursive: true });
    writeFileSync(join(values.out, `seed-${seed}.jsonl`), history);
  },
  stop.signal,
);
const total = totalOf(results);
const seconds = ((performance.now() - started) / 1000).toFixed(0);
console.log(`${JSON.stringify(total)} in ${seconds} s`);
process.exitCode = total.violations === 0 ? 0 : 1;
