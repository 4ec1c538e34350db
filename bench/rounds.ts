import type { Pacing } from './bench-sizes.ts';
import { type Contender, perSecond, type Sample } from './contender.ts';

export interface Series {
  readonly name: string;
  /** One for each round, in order of rounds. */
  readonly samples: readonly Sample[];
}

/** For the just-in-time compiler, the pools and the caches, and to see how long things take. */
const WARM_UP_SHARE = 0.15;
/** Below this share of its size a measurement would say more about noise than about anything. */
const LEAST_SHARE = 0.25;

/** Every contender once in each round, so that what the machine does besides hits all of them. */
export async function inRounds<Size extends string>(
  contenders: readonly Contender<Size>[],
  rounds: number,
  plan: Pacing<Size>,
  say: (line: string) => void,
): Promise<Series[]> {
  const pace = new Pace(contenders, plan);
  for (const { name, size, measure } of contenders) {
    say(`warming up: ${name}`);
    await pace.watch(size, Math.ceil(plan.sizes[size] * WARM_UP_SHARE), measure);
  }
  const samples = new Map<string, Sample[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    const fitting = pace.fitting(rounds - round + 1);
    for (const { name, size, measure } of turnsOf(round, contenders)) {
      const sample = await pace.watch(size, fitting(size), measure);
      samples.get(name)?.push(sample);
      const rate = perSecond(sample).toFixed(0);
      say(`round ${round}/${rounds}  ${name}: ${rate} orders/s (${sample.orders} orders)`);
    }
  }
  return contenders.map(({ name }) => ({ name, samples: samples.get(name) ?? [] }));
}

/** The order turns round each time: nobody always comes after the same neighbour. */
export function turnsOf<T>(round: number, contenders: readonly T[]): readonly T[] {
  return round % 2 === 1 ? contenders : contenders.toReversed();
}

/** Makes measurements as large as the time allows; equally large in a round for those compared. */
class Pace<Size extends string> {
  private readonly contenders: readonly Contender<Size>[];
  private readonly plan: Pacing<Size>;
  /** Orders in a millisecond, preparation and all, of the slowest contender of a size. */
  private perMs = new Map<Size, number>();

  constructor(contenders: readonly Contender<Size>[], plan: Pacing<Size>) {
    this.contenders = contenders;
    this.plan = plan;
  }

  async watch(size: Size, orders: number, measure: Contender<Size>['measure']): Promise<Sample> {
    const start = performance.now();
    const sample = await measure(orders);
    const rate = orders / (performance.now() - start);
    this.perMs.set(size, Math.min(rate, this.perMs.get(size) ?? Number.POSITIVE_INFINITY));
    return sample;
  }

  /** Answers how many orders of a size fit into its share of one of the rounds to come. */
  fitting(roundsLeft: number): (size: Size) => number {
    const { sizes, shares, endMs } = this.plan;
    const perMs = this.perMs;
    this.perMs = new Map();
    const all = this.contenders.reduce((sum, { size }) => sum + shares[size], 0);
    const shareMs = Math.max(0, endMs - performance.now()) / roundsLeft / all;
    return (size) => {
      const fits = Math.floor((perMs.get(size) ?? 0) * shareMs * shares[size]);
      return Math.min(sizes[size], Math.max(fits, Math.ceil(sizes[size] * LEAST_SHARE)));
    };
  }
}
