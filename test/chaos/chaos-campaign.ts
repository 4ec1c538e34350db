import type { SeedResult, SeedSize, SeedTrace } from './play-seed.ts';
import { playSeed } from './play-seed.ts';
import { openSite } from './chaos-site.ts';
import { never, type Sometimes, summed } from './sometimes.ts';

export interface Campaign {
  readonly seeds: readonly number[];
  readonly lanes: number;
  readonly size: SeedSize;
  /** The folder with `dist`. */
  readonly root: string;
  /** More for the database, after everything else. */
  readonly databaseArgs?: readonly string[];
  readonly logLevel?: string;
  /** Told of each seed; false ends the campaign. */
  readonly tell: (result: SeedResult, trace: SeedTrace) => boolean;
  /** Told of a seed that could not be played, and is tried once more. */
  readonly onTrouble?: (seed: number, error: unknown) => void;
  readonly signal: AbortSignal;
}

/** Plays seed after seed, in as many lanes as asked for, each with servers of its own. */
export async function playCampaign(campaign: Campaign): Promise<void> {
  const left = [...campaign.seeds];
  const lane = async (): Promise<void> => {
    if (left.length === 0) return;
    let site = await openSite(campaign.databaseArgs);
    const play = async (seed: number) => await playSeed({ ...campaign, seed, site });
    try {
      for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
        if (campaign.signal.aborted) return;
        const again = seed;
        const { result, trace } = await play(seed).catch(async (error: unknown) => {
          // It could not be played, which says nothing of it: once more, on other servers.
          campaign.onTrouble?.(again, error);
          await site.close();
          site = await openSite(campaign.databaseArgs);
          return await play(again);
        });
        if (!campaign.tell(result, trace)) left.length = 0;
      }
    } finally {
      await site.close();
    }
  };
  await Promise.all(Array.from({ length: campaign.lanes }, lane));
}

export interface CampaignTotal {
  readonly seeds: number;
  readonly broken: number;
  readonly orders: number;
  readonly operations: number;
  readonly faults: number;
  readonly kills: number;
  readonly databaseCrashes: number;
  readonly snapshots: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly sometimes: Sometimes;
  /** What should have happened and never did: then all the rest proves less than it seems. */
  readonly never: readonly string[];
  /** With so many seeds and none broken, a seed breaks less often than this, in 95 of 100 cases. */
  readonly bound: number;
}

export function totalOf(results: readonly SeedResult[]): CampaignTotal {
  const sum = (of: (result: SeedResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const byKind: Record<string, number> = {};
  for (const { faults } of results) {
    for (const [kind, times] of Object.entries(faults)) byKind[kind] = (byKind[kind] ?? 0) + times;
  }
  const sometimes = summed(results.map((result) => result.sometimes));
  return {
    seeds: results.length,
    broken: results.filter(({ broken }) => broken.length > 0).length,
    orders: sum(({ orders }) => orders),
    operations: sum(({ operations }) => operations),
    faults: Object.values(byKind).reduce((total, times) => total + times, 0),
    kills: sum(({ kills }) => kills),
    databaseCrashes: byKind['database-crash'] ?? 0,
    snapshots: sum(({ snapshots }) => snapshots),
    byKind,
    sometimes,
    never: never(sometimes),
    bound: 3 / Math.max(results.length, 1),
  };
}

/** `7`, `1-100` or `1-3,9`. */
export function seedsOf(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [from = 0, to = from] = part.split('-').map(Number);
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 1 || to < from) {
      throw new Error(`seeds are ${text}, allowed is 7, 1-100 or 1-3,9`);
    }
    return Array.from({ length: to - from + 1 }, (_, at) => from + at);
  });
}
