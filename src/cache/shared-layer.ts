import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Clock,
  type Logger,
  messageOf,
  type TlsTrust,
  warnNowAndThen,
} from '../kernel/index.ts';
import {
  connectRedis,
  defineScripts,
  type RedisClient,
  type RunScript,
  whenReady,
} from '../redis/index.ts';
import { type Entry, entryOf, textOf } from './entry.ts';
import type { CacheStats } from './cache-stats.ts';

export interface SharedLayerOptions {
  readonly url: string;
  readonly tls: TlsTrust;
  readonly name: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly stats: CacheStats;
  readonly answerMs: number;
}

/** What asking for a lease of an entry has come to. */
export type Leased = Entry | 'granted' | 'busy';

interface Gathered {
  readonly keys: string[];
  readonly answer: Promise<readonly (Entry | null)[] | null>;
}

/** After a failure nobody asks for so long: each would wait for the same silence. */
const PAUSE_MS = 1000;
/** Keys in one command: a server does nothing else while it goes through them. */
const AT_ONCE = 500;

/**
 * What all processes see: a Redis of its own. It may be away, forget or evict; nothing here throws
 * for that, it answers null, and the caller goes on without.
 */
export class SharedLayer {
  readonly client: RedisClient;
  private readonly scripts: Readonly<Record<'lease' | 'keep', RunScript>>;
  private readonly clock: Clock;
  private readonly stats: CacheStats;
  private readonly warn: (fields: { readonly error: string }) => void;
  private silentUntilMs = Number.NEGATIVE_INFINITY;
  private opening: Promise<unknown> | undefined;
  private gathered: Gathered | undefined;

  constructor({ url, tls, name, logger, clock, stats, answerMs }: SharedLayerOptions) {
    this.client = connectRedis(url, 'producer', {
      logger,
      name,
      tls,
      commandTimeoutMs: answerMs,
    });
    this.scripts = defineScripts(this.client, {
      lease: new URL('lua/cache-lease.lua', import.meta.url),
      keep: new URL('lua/cache-keep.lua', import.meta.url),
    });
    this.clock = clock;
    this.stats = stats;
    this.warn = warnNowAndThen(logger, clock, 'the cache is away; loads go to the source');
    this.client.on('ready', () => {
      this.silentUntilMs = Number.NEGATIVE_INFINITY;
    });
    // A process that has just started waits a moment, or its first question would go unanswered.
    this.opening = whenReady(this.client, answerMs)
      .catch(() => undefined) // told by the first command that has no connection
      .finally(() => {
        this.opening = undefined;
      });
  }

  /** Whoever asks in the same turn of the event loop shares a trip: most of a read is the trip. */
  async read(keys: readonly string[]): Promise<readonly (Entry | null)[] | null> {
    this.gathered ??= this.gather();
    const { keys: all, answer } = this.gathered;
    const from = all.length;
    for (const key of keys) all.push(key);
    return (await answer)?.slice(from, from + keys.length) ?? null;
  }

  async lease(
    keys: readonly string[],
    token: string,
    { lifeMs, isRenewal }: { readonly lifeMs: number; readonly isRenewal: boolean },
  ): Promise<readonly Leased[] | null> {
    return await this.inParts(keys, async (part) => {
      const answers = await this.scripts.lease(withLeases(part), [
        token,
        lifeMs,
        isRenewal ? '1' : '',
      ]);
      return (answers as readonly (string | number)[]).map(leasedOf);
    });
  }

  /** Null ends the lease and keeps nothing. */
  async keep(
    entries: ReadonlyMap<string, { readonly entry: Entry; readonly keptMs: number } | null>,
    token: string,
  ): Promise<void> {
    await this.inParts([...entries.keys()], async (part) => {
      const told = part.flatMap((key) => {
        const one = entries.get(key);
        return one ? [Math.ceil(one.keptMs), textOf(one.entry)] : [0, ''];
      });
      await this.scripts.keep(withLeases(part), [token, ...told]);
      return [];
    });
  }

  /** False when they could not be told: what was there may still be. */
  async drop(keys: readonly string[]): Promise<boolean> {
    const told = await this.inParts(keys, async (part) => {
      await this.client.del(...withLeases(part));
      return [];
    });
    return told !== null;
  }

  /** Runs a command unless the last one has just failed; null when there is no answer. */
  async ask<T>(command: () => Promise<T>): Promise<T | null> {
    if (this.opening) await this.opening;
    if (this.clock.monotonicMs() < this.silentUntilMs) return null;
    try {
      return await command();
    } catch (error) {
      this.silentUntilMs = this.clock.monotonicMs() + PAUSE_MS;
      this.stats.failures += 1;
      this.warn({ error: messageOf(error) });
      return null;
    }
  }

  private gather(): Gathered {
    const keys: string[] = [];
    const answer = nextTurn().then(async () => {
      this.gathered = undefined;
      return await this.inParts(keys, async (part) => {
        const texts = await this.client.mget(...part);
        return texts.map((text) => (text === null ? null : entryOf(text)));
      });
    });
    return { keys, answer };
  }

  close(): void {
    this.client.disconnect();
  }

  private async inParts<T>(
    keys: readonly string[],
    ask: (part: readonly string[]) => Promise<readonly T[]>,
  ): Promise<readonly T[] | null> {
    const answers: T[] = [];
    for (let from = 0; from < keys.length; from += AT_ONCE) {
      const part = keys.slice(from, from + AT_ONCE);
      const answer = await this.ask(() => ask(part));
      if (answer === null) return null;
      for (const one of answer) answers.push(one);
    }
    return answers;
  }
}

function leasedOf(answer: string | number): Leased {
  if (typeof answer === 'number') return answer === 1 ? 'granted' : 'busy';
  return entryOf(answer) ?? 'busy'; // what cannot be read goes with its time
}

function withLeases(keys: readonly string[]): string[] {
  return [...keys, ...keys.map((key) => `${key}:lease`)];
}
