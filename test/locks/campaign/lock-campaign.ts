import { FaultLane } from './fault-lane.ts';
import { planOf } from './fault-plan.ts';
import { brokenPromises, figuresOf, type HistoryFigures } from './history-checker.ts';
import { type HistoryEvent, historyLines, parseHistory } from './lock-history.ts';

export interface RunResult extends HistoryFigures {
  readonly seed: number;
  readonly broken: readonly string[];
  readonly history: string;
}

/** Plays these seeds, so many lanes at a time; tells of each run as it ends. */
export async function playCampaign(
  seeds: readonly number[],
  lanes: number,
  tell: (result: RunResult) => void,
  signal?: AbortSignal,
): Promise<void> {
  const left = [...seeds];
  const play = async () => {
    const lane = await FaultLane.open();
    try {
      for (let seed = left.shift(); seed !== undefined && !signal?.aborted; seed = left.shift()) {
        const plan = planOf(seed);
        tell(judge(seed, await lane.play(plan), plan.ttlMs));
      }
    } finally {
      await lane.close();
    }
  };
  // A lane that breaks lets the others end and clear up.
  const ends = await Promise.allSettled(Array.from({ length: lanes }, play));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** From the lines, as somebody would who was handed nothing else. */
function judge(seed: number, events: readonly HistoryEvent[], ttlMs: number): RunResult {
  const history = historyLines(events);
  const read = parseHistory(history);
  return { seed, broken: brokenPromises(read, ttlMs), history, ...figuresOf(read) };
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
