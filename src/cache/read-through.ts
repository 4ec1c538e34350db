import {
  backoffMs,
  type Clock,
  Gate,
  type Logger,
  messageOf,
  pause,
  present,
  type Random,
  randomName,
} from '../kernel/index.ts';
import type { CacheStats } from './cache-stats.ts';
import type { CacheKind, Entry } from './entry.ts';
import type { NearLayer } from './near-layer.ts';
import type { SharedLayer } from './shared-layer.ts';

/** Loads what there is of these; what is not in the answer is not there. */
export type Load<T> = (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>;

/** Of each id: can it be there at all? */
export type MayBeThere = (ids: readonly string[]) => Promise<readonly boolean[]>;

/** An answer, and how old it is. */
export interface Held<T> {
  /** Null: there is nothing under this id. */
  readonly value: T | null;
  readonly ageMs: number;
}

/** One set of ids of one kind, and where they come from. */
interface Wanted {
  readonly kind: CacheKind;
  readonly load: Load<unknown>;
  readonly mayBeThere: MayBeThere | undefined;
}

export interface ReadThroughParts {
  readonly near: NearLayer;
  readonly shared: SharedLayer | null;
  readonly stats: CacheStats;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** A load that takes longer is done by a second one as well. */
const LEASE_MS = 2000;
/** Loads at once in this process: without a cache in front, the source is not run over. */
const LOADS_AT_ONCE = 16;
const WAIT = { firstMs: 5, capMs: 40 };

/**
 * Answers out of what is near, else out of what is shared, else from the source: once for all who
 * ask at the same time, in this process and in all others. The lease that keeps others from loading
 * is an optimisation: whoever has waited long enough loads without it.
 */
export class ReadThrough {
  private readonly parts: ReadThroughParts;
  private readonly gate = new Gate(LOADS_AT_ONCE);
  private readonly flights = new Map<string, Promise<Entry>>();

  constructor(parts: ReadThroughParts) {
    this.parts = parts;
  }

  async read(wanted: Wanted, ids: readonly string[]): Promise<Map<string, Held<unknown>>> {
    const { near, stats } = this.parts;
    const found = new Map<string, Entry>();
    const flights: (readonly [id: string, flight: Promise<Entry>])[] = [];
    const missing: string[] = [];
    for (const id of new Set(ids)) {
      const key = keyOf(wanted.kind, id);
      const entry = near.get(key);
      const flight = entry ? undefined : this.flights.get(key);
      if (entry) found.set(id, entry);
      else if (flight) flights.push([id, flight]);
      else missing.push(id);
    }
    stats.nearHits += found.size;
    stats.coalesced += flights.length;
    if (missing.length > 0) flights.push(...this.takeOff(wanted, missing));
    const entries = await Promise.all(flights.map(([, flight]) => flight));
    for (const [at, [id]] of flights.entries()) {
      found.set(id, present(entries[at], `the entry of ${id}`));
    }
    return new Map([...found].map(([id, entry]) => [id, this.heldOf(entry)]));
  }

  /** What is in the air is not kept near when it lands: it was loaded before the change. */
  forgetNear(kind: CacheKind, ids: readonly string[]): void {
    for (const id of ids) {
      const key = keyOf(kind, id);
      this.parts.near.drop(key);
      this.flights.delete(key);
    }
  }

  private heldOf({ value, atMs }: Entry): Held<unknown> {
    return { value, ageMs: Math.max(0, this.parts.clock.wallMs() - atMs) };
  }

  private takeOff(
    wanted: Wanted,
    ids: readonly string[],
  ): (readonly [id: string, flight: Promise<Entry>])[] {
    const { kind } = wanted;
    const trip = this.fetch(wanted, ids);
    return ids.map((id) => {
      const key = keyOf(kind, id);
      const flight: Promise<Entry> = trip
        .then((entries) => {
          const entry = present(entries.get(id), `an answer for ${key}`);
          if (this.flights.get(key) === flight)
            this.parts.near.put(key, entry, nearMs(kind, entry));
          return entry;
        })
        .finally(() => {
          if (this.flights.get(key) === flight) this.flights.delete(key);
        });
      this.flights.set(key, flight);
      return [id, flight] as const;
    });
  }

  private async fetch(wanted: Wanted, ids: readonly string[]): Promise<ReadonlyMap<string, Entry>> {
    const { shared, stats } = this.parts;
    const keys = ids.map((id) => keyOf(wanted.kind, id));
    const entries = shared ? await shared.read(keys) : null;
    if (!shared || !entries) {
      stats.misses += ids.length;
      return await this.loadUnshared(wanted, ids);
    }
    const found = new Map<string, Entry>();
    const absent: string[] = [];
    const old: string[] = [];
    for (const [at, id] of ids.entries()) {
      const entry = entries[at];
      if (entry) found.set(id, entry);
      else absent.push(id);
      if (entry && this.isOld(entry)) old.push(id);
    }
    stats.hits += found.size - old.length;
    stats.staleHits += old.length;
    stats.misses += absent.length;
    if (old.length > 0) this.renew(shared, wanted, old);
    const here = await this.notFiltered(wanted, absent, found);
    if (here.length === 0) return found;
    return new Map([...found, ...(await this.loadShared(shared, wanted, here))]);
  }

  private isOld({ atMs, lifeMs }: Entry): boolean {
    return this.parts.clock.wallMs() - atMs >= lifeMs;
  }

  /** Those that may be there; the others are answered, and not worth being kept. */
  private async notFiltered(
    { mayBeThere }: Wanted,
    ids: readonly string[],
    found: Map<string, Entry>,
  ): Promise<readonly string[]> {
    if (!mayBeThere || ids.length === 0) return ids;
    const may = await mayBeThere(ids);
    const atMs = this.parts.clock.wallMs();
    return ids.filter((id, at) => {
      if (may[at] !== false) return true;
      found.set(id, { value: null, atMs, lifeMs: 0 });
      this.parts.stats.filtered += 1;
      return false;
    });
  }

  /** Each by whoever gets its lease; who gets none waits for what the other loads. */
  private async loadShared(
    shared: SharedLayer,
    wanted: Wanted,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, Entry>> {
    const { clock, random, stats } = this.parts;
    const token = randomName(8);
    const found = new Map<string, Entry>();
    const endMs = clock.monotonicMs() + LEASE_MS;
    let waiting = [...ids];
    for (let round = 0; waiting.length > 0 && clock.monotonicMs() < endMs; round += 1) {
      if (round > 0) await pause(backoffMs(round, WAIT, random));
      const keys = waiting.map((id) => keyOf(wanted.kind, id));
      const leased = await shared.lease(keys, token, { lifeMs: LEASE_MS, isRenewal: false });
      if (!leased) break;
      const answers = new Map(waiting.map((id, at) => [id, leased[at]]));
      const mine = waiting.filter((id) => answers.get(id) === 'granted');
      for (const [id, answer] of answers) if (typeof answer === 'object') found.set(id, answer);
      waiting = waiting.filter((id) => answers.get(id) === 'busy');
      if (round === 0) stats.coalesced += waiting.length;
      if (mine.length > 0) {
        for (const one of await this.loadLeased(shared, wanted, mine, token)) found.set(...one);
      }
    }
    if (waiting.length > 0) {
      for (const one of await this.loadUnshared(wanted, waiting)) found.set(...one);
    }
    return found;
  }

  private async loadLeased(
    shared: SharedLayer,
    wanted: Wanted,
    ids: readonly string[],
    token: string,
  ): Promise<ReadonlyMap<string, Entry>> {
    const { kind } = wanted;
    try {
      const entries = await this.loadUnshared(wanted, ids);
      const kept = [...entries].map(([id, entry]) => {
        const keptMs = entry.lifeMs + (entry.value === null ? 0 : kind.staleMs);
        return [keyOf(kind, id), { entry, keptMs }] as const;
      });
      await shared.keep(new Map(kept), token);
      return entries;
    } catch (error) {
      // Others wait for this load: they are to try themselves now, not when the lease has ended.
      await shared.keep(new Map(ids.map((id) => [keyOf(kind, id), null])), token);
      throw error;
    }
  }

  private async loadUnshared(
    { kind, load }: Wanted,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, Entry>> {
    const { clock, random, stats } = this.parts;
    const values = await this.gate.pass(1, () => {
      stats.loads += 1;
      return load(ids);
    });
    const atMs = clock.wallMs();
    return new Map(
      ids.map((id) => {
        const value = values.get(id) ?? null;
        const lifeMs = (value === null ? kind.absentMs : kind.lifeMs) * (0.9 + 0.2 * random());
        return [id, { value, atMs, lifeMs: Math.round(lifeMs) }];
      }),
    );
  }

  /** Somebody may have been quicker between our look and our lease. */
  private async renewLeased(
    shared: SharedLayer,
    wanted: Wanted,
    ids: readonly string[],
    token: string,
  ): Promise<void> {
    const keys = ids.map((id) => keyOf(wanted.kind, id));
    const entries = await shared.read(keys);
    const isDone = (at: number): boolean => {
      const entry = entries?.[at];
      return !entry || !this.isOld(entry);
    };
    const done = keys.filter((_, at) => isDone(at));
    const old = ids.filter((_, at) => !isDone(at));
    if (done.length > 0) await shared.keep(new Map(done.map((key) => [key, null])), token);
    if (old.length > 0) await this.loadLeased(shared, wanted, old, token);
  }

  /** In the background, by one of all processes; nobody waits for it. */
  private renew(shared: SharedLayer, wanted: Wanted, ids: readonly string[]): void {
    const renewed = async (): Promise<void> => {
      const token = randomName(8);
      const keys = ids.map((id) => keyOf(wanted.kind, id));
      const leased = await shared.lease(keys, token, { lifeMs: LEASE_MS, isRenewal: true });
      const mine = ids.filter((_, at) => leased?.[at] === 'granted');
      if (mine.length > 0) await this.renewLeased(shared, wanted, mine, token);
    };
    renewed().catch((error: unknown) => {
      const { logger } = this.parts;
      logger.warn('a cached value could not be renewed; later', { error: messageOf(error) });
    });
  }
}

/** Between braces stands what a value and its lease share: on a cluster they are in one place. */
export function keyOf({ name, format }: CacheKind, id: string): string {
  return `holdfast:${name}:${format}:{${id}}`;
}

function nearMs(kind: CacheKind, { lifeMs }: Entry): number {
  return Math.min(kind.nearMs, lifeMs);
}
