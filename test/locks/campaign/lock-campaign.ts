import { FaultLane, type LaneParts } from './fault-lane.ts';
import { planOf } from './fault-plan.ts';
import { brokenPromises, figuresOf, type HistoryFigures } from './history-checker.ts';
import { type HistoryEvent, historyLines, parseHistory } from './lock-history.ts';

export interface RunResult extends HistoryFigures {
  readonly seed: number;
  readonly broken: readonly string[];
  readonly history: string;
}

export interface Campaign {
  readonly seeds: readonly number[];
  /** So many runs at a time; what each of them is made of. */
  readonly lanes: readonly LaneParts[];
  /** Called as each run ends; no other one begins when it answers false. */
  readonly tell: (result: RunResult) => boolean | undefined;
  readonly signal?: AbortSignal;
}

export async function playCampaign({ seeds, lanes, tell, signal }: Campaign): Promise<void> {
  const left = [...seeds];
  const play = async (parts: LaneParts) => {
    const lane = await FaultLane.open(parts);
    try {
      for (let seed = left.shift(); seed !== undefined && !signal?.aborted; seed = left.shift()) {
        const plan = planOf(seed);
        if (tell(judge(seed, await lane.play(plan), plan.ttlMs)) === false) left.length = 0;
      }
    } finally {
      await lane.close();
    }
  };
  // A lane that breaks lets the others end and clear up.
  const ends = await Promise.allSettled(lanes.map(play));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** From the lines, as somebody would who was handed nothing else. */
function judge(seed: number, events: readonly HistoryEvent[], ttlMs: number): RunResult {
  const history = historyLines(events);
  const read = parseHistory(history);
  return { seed, broken: brokenPromises(read, ttlMs), history, ...figuresOf(read) };
}

export function seedsFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

export function totalOf(results: readonly RunResult[]) {
  const sum = (figure: (result: RunResult) => number) =>
    results.reduce((all, result) => all + figure(result), 0);
  return {
    runs: results.length,
    acquisitions: sum(({ acquisitions }) => acquisitions),
    writes: sum(({ writes }) => writes),
    faults: sum(({ faults }) => faults),
    losses: sum(({ losses }) => losses),
    refused: sum(({ refused }) => refused),
    violations: sum(({ broken }) => broken.length),
  };
}
