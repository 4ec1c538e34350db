import { type Clock, type Logger, messageOf, pause } from '../kernel/index.ts';
import {
  assertNoEviction,
  connectRedis,
  defineScripts,
  type RedisClient,
  type RunScript,
  redisAddress,
} from '../redis/index.ts';
import { LockProbation } from './lock-probation.ts';
import { OwedReleases } from './owed-releases.ts';

export interface LockNodeOptions {
  readonly url: string;
  readonly ttlMs: number;
  readonly attemptTimeoutMs: number;
  readonly logger: Logger;
  readonly clock: Clock;
}

const scriptFiles = {
  acquire: new URL('./lua/acquire.lua', import.meta.url),
  confirm: new URL('./lua/confirm.lua', import.meta.url),
  renew: new URL('./lua/renew.lua', import.meta.url),
  release: new URL('./lua/release.lua', import.meta.url),
  inspect: new URL('./lua/inspect.lua', import.meta.url),
};

const PING_PAUSE_MS = 100;
/** So many unanswered pings, and the connection itself is taken for dead. */
const DEAF_PINGS = 3;

/**
 * One server of the quorum: its connection, and whether its vote counts at this moment.
 *
 * All that is sent to a node goes down one connection in order, so a release always comes after
 * the acquire it undoes, even when that acquire was never answered.
 */
export class LockNode {
  readonly label: string;
  readonly #client: RedisClient;
  readonly #scripts: Readonly<Record<keyof typeof scriptFiles, RunScript>>;
  readonly #probation: LockProbation;
  readonly #owed: OwedReleases;
  readonly #logger: Logger;
  #state: 'starting' | 'up' | 'silent' | 'down' | 'closed' = 'starting';
  #complaint = '';
  #begun: () => void = () => undefined;
  readonly #beginning = new Promise<void>((resolve) => {
    this.#begun = resolve;
  });

  constructor(options: LockNodeOptions) {
    const { url, clock, attemptTimeoutMs } = options;
    this.label = redisAddress(url);
    this.#logger = options.logger.with({ lockNode: this.label });
    this.#probation = new LockProbation(options.ttlMs, clock);
    this.#owed = new OwedReleases(options.ttlMs, clock);
    this.#client = connectRedis(url, 'lock', {
      logger: options.logger,
      name: 'holdfast-lock',
      // Later than an attempt gives up, so that a blocked event loop does not accuse the node.
      commandTimeoutMs: attemptTimeoutMs * 2,
      clock,
    });
    this.#scripts = defineScripts(this.#client, scriptFiles);
    this.#client.on('ready', () => void this.#greet());
    this.#client.on('close', () => this.#went());
  }

  /** May this node be asked? Not while it is down, silent, or back from a restart. */
  get usable(): boolean {
    return this.#state === 'up' && this.#probation.leftMs() === 0;
  }

  /** Settles when the first connection was made or failed; undefined once that is known. */
  get beginning(): Promise<void> | undefined {
    return this.#state === 'starting' ? this.#beginning : undefined;
  }

  /** Why it is not usable, for people. */
  get condition(): string {
    const left = this.#probation.leftMs();
    if (this.#state !== 'up' || left === 0) return `is ${this.#state}`;
    return `restarted and counts again in ${Math.ceil(left)} ms`;
  }

  acquire(keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.#scripts.acquire(keys, args);
  }

  confirm(keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.#scripts.confirm(keys, args);
  }

  renew(keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.#scripts.renew(keys, args);
  }

  inspect(keys: readonly string[]): Promise<unknown> {
    return this.#scripts.inspect(keys, []);
  }

  /**
   * Sent to a silent node too: it will read it some day. What cannot be sent now is sent when the
   * node is back, or the lock would stand there for the rest of its ttl.
   */
  async release(keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await this.#scripts.release(keys, args);
    } catch (error) {
      if (!isTimeout(error)) this.#owed.add(keys, args);
      throw error;
    }
  }

  /** A question went wrong: timed out (not noticed by the connection), refused, or cut off. */
  failed(error: unknown): void {
    if (isTimeout(error)) this.unanswered();
    else if (this.#client.status === 'ready') this.#complain(messageOf(error));
  }

  /** It did not answer in time: not asked again, and so not waited for, until a ping comes back. */
  unanswered(): void {
    if (this.#state !== 'up') return;
    this.#state = 'silent';
    this.#logger.warn('lock node does not answer');
    void this.#listen();
  }

  close(): void {
    this.#state = 'closed';
    this.#begun();
    this.#client.disconnect();
  }

  /** A node that refuses (no permission, out of memory) does so each time: say it once. */
  #complain(problem: string): void {
    if (problem === this.#complaint) return;
    this.#complaint = problem;
    this.#logger.warn('lock node refused a command', { error: problem });
  }

  async #listen(): Promise<void> {
    for (let pings = 1; this.#state === 'silent'; pings += 1) {
      try {
        await this.#client.ping();
        if (this.#state === 'silent') this.#up();
        return;
      } catch (error) {
        this.#logger.debug('lock node is still silent', { error: messageOf(error) });
      }
      if (pings === DEAF_PINGS && this.#state === 'silent') this.#client.disconnect(true);
      await pause(PING_PAUSE_MS);
    }
  }

  async #greet(): Promise<void> {
    try {
      const waitMs = this.#probation.met(await this.#client.info('server'));
      if (waitMs > 0) this.#logger.warn('lock node restarted: not counted for a while', { waitMs });
    } catch (error) {
      if (this.#client.status !== 'ready') return; // cut off again: the next greeting will tell
      const waitMs = this.#probation.met(undefined);
      this.#logger.warn('lock node does not tell its run id', { error: messageOf(error), waitMs });
    }
    this.#up();
    for (const { keys, args } of this.#owed.take()) {
      this.release(keys, args).catch((error: unknown) => this.failed(error));
    }
    await this.#check();
  }

  /** Locks and counters that are evicted are as good as never taken; the fence then rests alone. */
  async #check(): Promise<void> {
    try {
      await assertNoEviction(this.#client, this.#logger);
    } catch (error) {
      this.#logger.error('lock node may forget locks', { error: messageOf(error) });
    }
  }

  #up(): void {
    if (this.#state === 'closed') return;
    if (this.#state !== 'starting') this.#logger.info('lock node is back');
    this.#state = 'up';
    this.#begun();
  }

  #went(): void {
    if (this.#state === 'closed') return;
    if (this.#state === 'up') this.#logger.warn('lock node went away');
    this.#state = 'down';
    this.#begun();
  }
}

function isTimeout(error: unknown): boolean {
  return messageOf(error) === 'Command timed out';
}
