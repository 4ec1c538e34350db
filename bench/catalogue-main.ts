import { readConfig } from '../src/app/index.ts';
import { present } from '../src/kernel/index.ts';
import { type BenchResult, runProgram, say } from './bench-program.ts';
import { askForStrangers, crowdLoads } from './catalogue-crowd.ts';
import { importTwice } from './catalogue-import.ts';
import { compareReads, rateBy } from './catalogue-reads.ts';
import { describeMachine, machineLines } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { median } from './percentiles.ts';
import { aligned, fixed } from './result-table.ts';
import { openRig } from './rig.ts';
import { type Verdict, verdictOf } from './verdicts.ts';

const USAGE = `npm run bench:catalogue [-- options]

  Measures the catalogue on this machine: 100,000 goods imported by the command, the same goods
  read from the database, from the shared cache and from the process itself, a cold key that a
  crowd asks for, and ids that nobody has. Takes less than two minutes.

  --quick          10,000 goods and shorter rounds
  --rounds N       rounds of reads, 3 to 20 (default 5, with --quick 3)
  --json FILE      where the results go (default bench/results/<time>.json)
  --help

  Exit code 0: every must holds. 1: one does not, or the run broke off. 2: wrong use.
`;

interface Measured {
  readonly what: string;
  readonly unit: string;
  readonly values: readonly number[];
}

const MEMORY_MB = 400;

async function measure({ quick, rounds }: BenchOptions): Promise<BenchResult<Measured>> {
  const goods = quick ? 10_000 : 100_000;
  const asked = quick ? 4000 : 20_000;
  const rig = await openRig(readConfig());
  try {
    const machine = describeMachine(rig);
    say(machineLines(machine));
    const { database, config } = rig;
    // A Redis of its own for the cache: one of those that hold the locks has nothing to do here.
    const cacheUrl = present(config.lockUrls[0], 'a Redis for the cache');
    say(`importing ${goods} goods, twice`);
    const { first, again } = await importTwice(database, goods);
    say('reading goods, by each way');
    const reads = await compareReads(database, cacheUrl, { rounds, lastsMs: quick ? 500 : 1500 });
    say('asking for a cold key, all at once');
    const loads = await crowdLoads(cacheUrl, 10);
    say('asking for goods that nobody has');
    const strangers = await askForStrangers(database, cacheUrl, { goods, asked });
    const series: Measured[] = [
      { what: 'import', unit: 'rows/s', values: [goods / first.seconds] },
      { what: 'import of the same', unit: 'rows/s', values: [goods / again.seconds] },
      { what: 'import, memory at most', unit: 'MB', values: memoryOf(first, again) },
      ...reads.map(({ way, rates }) => ({ what: way, unit: 'reads/s', values: rates })),
      { what: 'loads of a cold key', unit: '', values: loads },
      { what: 'strangers asked for', unit: '', values: [strangers.asked] },
      { what: 'of these looked for', unit: '', values: [strangers.looked] },
    ];
    const rate = (way: string) =>
      rateBy(reads, way) / rateBy(reads, way.replace(/^\w+/, 'uncached'));
    const verdicts: Verdict[] = [
      verdictOf('cached goods (near) / uncached', rate('near'), { must: 10 }),
      verdictOf('cached goods (shared) / uncached', rate('shared'), { aim: 10 }),
      verdictOf('50 at once (near) / uncached', rate('near, 50 at once'), {}),
      verdictOf('50 at once (shared) / uncached', rate('shared, 50 at once'), {}),
      verdictOf('loads of a cold key', Math.max(...loads), { must: 1, atMost: true }),
      verdictOf('share of strangers looked for', strangers.looked / strangers.asked, {
        must: allowance(strangers.allowed, strangers.asked),
        atMost: true,
      }),
      verdictOf('import, MB at most', Math.max(0, ...memoryOf(first, again)), {
        must: MEMORY_MB,
        atMost: true,
      }),
    ];
    return { machine, series, verdicts };
  } finally {
    await rig.close();
  }
}

function memoryOf(...imports: readonly { readonly peakMb: number | null }[]): number[] {
  return imports.flatMap(({ peakMb }) => (peakMb === null ? [] : [peakMb]));
}

/** What the formula says, and four deviations of so many questions. */
function allowance(share: number, asked: number): number {
  return share + 4 * Math.sqrt((share * (1 - share)) / asked);
}

function table(series: readonly Measured[]): string {
  return aligned([
    ['', 'median', 'of', ''],
    ...series.map(({ what, unit, values }) => [
      what,
      fixed(median(values), 0),
      values.map((value) => fixed(value, 0)).join(' '),
      unit,
    ]),
  ]);
}

await runProgram(USAGE, measure, table);
