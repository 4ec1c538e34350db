import { WorkerChild } from '../child-process.ts';
import type { CommandCounts } from './command-counts.ts';
import { fairnessOf } from './fairness.ts';
import { brokenExclusion, handOffs } from './hold-history.ts';
import {
  type AloneAnswer,
  type AloneLoad,
  type ContestAnswer,
  type ContestLoad,
  type LockEntry,
  sharedUs,
} from './lock-load.ts';
import { PROCESSES } from './lock-plan.ts';
import type { LockSample } from './lock-samples.ts';

/** For the question to reach every process before the contest begins. */
const LEAD_US = 30_000;
const PREPARE_MS = 100;

/** The processes that take locks, and what the servers counted while they did. */
export class LockCrew {
  private readonly children: readonly WorkerChild[];
  private readonly counts: CommandCounts;
  private readonly prepared = new Set<string>();
  private contests = 0;

  private constructor(children: readonly WorkerChild[], counts: CommandCounts) {
    this.children = children;
    this.counts = counts;
  }

  static async start(counts: CommandCounts, profileFolder: string | null): Promise<LockCrew> {
    const children = Array.from({ length: PROCESSES }, (_, index) => {
      const name = `lock-load-${index + 1}`;
      return new WorkerChild({ name, file: './locks/lock-load-child.js', profileFolder });
    });
    const crew = new LockCrew(children, counts);
    try {
      await Promise.all(children.map((child) => child.next('ready')));
      return crew;
    } catch (error) {
      await crew.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.children.map((child) => child.stop()));
  }

  async alone(load: Omit<AloneLoad, 'type'>): Promise<LockSample> {
    const [child] = this.children;
    const asked: AloneLoad = { type: 'alone', ...load };
    const { result, commands } = await this.counts.during(load.entry, async () => {
      return (await child?.ask(asked)) as unknown as AloneAnswer;
    });
    const { done, seconds, p50, p99, trips } = result;
    return {
      seconds,
      done,
      latencyUs: { p50, p99 },
      ...each({ trips, commands }, done),
      contest: null,
    };
  }

  async contest(entry: LockEntry, waiters: number, ms: number): Promise<LockSample> {
    if (!this.prepared.has(entry.name)) {
      this.prepared.add(entry.name);
      await this.prepare(entry);
    }
    this.contests += 1;
    const name = `contest-${this.contests}`;
    const shares = sharesOf(waiters, entry.oneProcess ? 1 : PROCESSES);
    const startUs = sharedUs() + LEAD_US;
    const { result: answers, commands } = await this.counts.during(entry, () =>
      Promise.all(
        shares.map(async ({ first: firstWaiter, count }, index) => {
          const common = { type: 'contest', entry, name, startUs, ms } as const;
          const load: ContestLoad = { ...common, waiters: count, firstWaiter };
          return (await this.children[index]?.ask(load)) as unknown as ContestAnswer;
        }),
      ),
    );
    const holds = answers.flatMap((answer) => answer.holds);
    const trips = answers.map((answer) => answer.trips);
    const allTrips = trips.includes(null) ? null : trips.reduce<number>((a, b) => a + (b ?? 0), 0);
    return {
      seconds: ms / 1000,
      done: handOffs(holds),
      latencyUs: null,
      ...each({ trips: allTrips, commands }, holds.length),
      contest: {
        ...fairnessOf(holds, waiters),
        waiters,
        taken: holds.length,
        failed: answers.reduce((sum, { failed }) => sum + failed, 0),
        violations: brokenExclusion(holds).length,
      },
    };
  }

  /** Every process has its connections, and has been in line once. */
  private async prepare(entry: LockEntry): Promise<void> {
    const load: AloneLoad = { type: 'alone', entry, ms: 1, callers: 1, keys: 1 };
    for (const child of this.children) await child.ask(load);
    await this.contest(entry, 2 * PROCESSES, PREPARE_MS);
  }
}

function each(
  { trips, commands }: { readonly trips: number | null; readonly commands: number | null },
  taken: number,
): Pick<LockSample, 'trips' | 'commands'> {
  const share = (all: number | null) => (all === null || taken === 0 ? null : all / taken);
  return { trips: share(trips), commands: share(commands) };
}

/** As evenly as it goes; a process without a waiter is left out. */
function sharesOf(waiters: number, processes: number): { first: number; count: number }[] {
  const busy = Math.min(waiters, processes);
  return Array.from({ length: busy }, (_, index) => {
    const first = Math.floor((waiters * index) / busy);
    return { first, count: Math.floor((waiters * (index + 1)) / busy) - first };
  });
}
