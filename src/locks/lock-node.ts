import { type Clock, type Logger, messageOf, pause } from '../kernel/index.ts';
import {
  assertNoEviction,
  connectServer,
  defineScripts,
  type RedisClient,
  type RunScript,
  redisAddress,
} from '../redis/index.ts';
import type { LockTls } from './lock.ts';
import { type Moment, momentOf } from './lock-deadline.ts';
import { LockProbation } from './lock-probation.ts';
import { NodeClock } from './node-clock.ts';
import { OwedReleases } from './owed-releases.ts';

export interface LockNodeOptions {
  readonly url: string;
  readonly tls: LockTls | undefined;
  readonly ttlMs: number;
  readonly attemptTimeoutMs: number;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Its clock jumped: what we hold there may have ended, or end, before its time. */
  readonly onClockJump: (node: LockNode, jumpMs: number, waitMs: number) => void;
}

const scriptFiles = {
  acquire: new URL('./lua/acquire.lua', import.meta.url),
  confirm: new URL('./lua/confirm.lua', import.meta.url),
  renew: new URL('./lua/renew.lua', import.meta.url),
  release: new URL('./lua/release.lua', import.meta.url),
  inspect: new URL('./lua/inspect.lua', import.meta.url),
};

type Args = readonly (string | number)[];

interface AttemptTime {
  readonly ttlMs: number;
  /** The attempt is decided after so long. */
  readonly timeoutMs: number;
}

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
  readonly #clock: Clock;
  readonly #nodeClock: NodeClock;
  readonly #onClockJump: LockNodeOptions['onClockJump'];
  readonly #probation: LockProbation;
  readonly #owed: OwedReleases;
  readonly #logger: Logger;
  #state: 'starting' | 'up' | 'silent' | 'down' | 'closed' = 'starting';
  #lags = false;
  #complaint = '';
  #greetings = 0;
  #begun: () => void = () => undefined;
  readonly #beginning = new Promise<void>((resolve) => {
    this.#begun = resolve;
  });

  constructor(options: LockNodeOptions) {
    const { url, clock, attemptTimeoutMs } = options;
    this.label = redisAddress(url);
    this.#logger = options.logger.with({ lockNode: this.label });
    this.#clock = clock;
    this.#nodeClock = new NodeClock(options.ttlMs);
    this.#onClockJump = options.onClockJump;
    this.#probation = new LockProbation(options.ttlMs, clock);
    this.#owed = new OwedReleases(options.ttlMs, clock);
    this.#client = connectServer(url, 'lock', {
      logger: options.logger,
      name: 'holdfast-lock',
      // Later than an attempt gives up, so that a blocked event loop does not accuse the node.
      commandTimeoutMs: attemptTimeoutMs * 2,
      clock,
      ...(options.tls && { tls: options.tls }),
    });
    this.#scripts = defineScripts(this.#client, scriptFiles);
    this.#client.on('ready', () => void this.#greet());
    this.#client.on('close', () => this.#went());
  }

  /** Does its vote count? Not while it is down or silent, or may have lost locks of others. */
  get usable(): boolean {
    return this.#state === 'up' && this.#probation.leftMs() === 0;
  }

  /** Has it let somebody wait, and not answered anything since? */
  get lags(): boolean {
    return this.#lags;
  }

  /** It keeps us waiting: until it answers, others are asked before it. */
  lag(): void {
    this.#lags = true;
  }

  /** What it says of a lock that was granted before is true even while it may grant none. */
  get answers(): boolean {
    return this.#state === 'up';
  }

  /** Settles when the first connection was made or failed; undefined once that is known. */
  get beginning(): Promise<void> | undefined {
    return this.#state === 'starting' ? this.#beginning : undefined;
  }

  /** Why it is not usable, for people. */
  get condition(): string {
    const left = this.#probation.leftMs();
    if (this.#state !== 'up' || left === 0) return `is ${this.#state}`;
    return `${this.#probation.why} and counts again in ${Math.ceil(left)} ms`;
  }

  /** Undefined when the answer does not count: it came with the news that the clock jumped. */
  async acquire(keys: readonly string[], args: Args, time: AttemptTime): Promise<unknown> {
    this.#nodeClock.watchFor(time.ttlMs);
    const answer = await this.#ask('acquire', keys, [...args, this.#outOfDate(time)]);
    return this.usable ? answer : undefined;
  }

  async confirm(keys: readonly string[], args: Args): Promise<unknown> {
    const answer = await this.#ask('confirm', keys, args);
    return this.usable ? answer : undefined;
  }

  renew(keys: readonly string[], args: Args): Promise<unknown> {
    return this.#ask('renew', keys, args);
  }

  inspect(keys: readonly string[], args: Args): Promise<unknown> {
    return this.#ask('inspect', keys, args);
  }

  /**
   * Sent to a silent node too: it may read it some day. Whatever it has not answered is sent again
   * when it is back, or the lock would stand there for the rest of its ttl: the connection that
   * carries it is given up before long, and what was on its way with it.
   */
  async release(keys: readonly string[], args: Args): Promise<unknown> {
    try {
      return await this.#ask('release', keys, args);
    } catch (error) {
      this.#owed.add(keys, args);
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

  /** Every script answers with the time on the node as well, so that watching it costs nothing. */
  async #ask(script: keyof typeof scriptFiles, keys: readonly string[], args: Args) {
    const sent = momentOf(this.#clock);
    const [microseconds, answer] = (await this.#scripts[script](keys, args)) as [number, unknown];
    this.#lags = false;
    this.#readClock(microseconds, sent);
    return answer;
  }

  #readClock(microseconds: number, sent: Moment): void {
    const received = momentOf(this.#clock);
    const jumpMs = this.#nodeClock.read({ serverMs: microseconds / 1000, sent, received });
    if (jumpMs === 0) return;
    const waitMs = this.#probation.jumped(jumpMs);
    const facts = { event: 'clock-jump', jumpMs: Math.round(jumpMs), waitMs: Math.round(waitMs) };
    this.#logger.warn('lock node changed its clock: not counted for a while', facts);
    this.#onClockJump(this, facts.jumpMs, facts.waitMs);
  }

  /**
   * An attempt is over after its time, but its request may lie in some buffer for longer than
   * that, and even come after the release that was sent on the next connection.
   */
  #outOfDate({ timeoutMs }: AttemptTime): string {
    const latestMs = this.#nodeClock.latestMs(momentOf(this.#clock));
    if (latestMs === undefined) return '';
    return ((latestMs + timeoutMs) * 1000).toFixed(0);
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
    this.#greetings += 1;
    const greeting = this.#greetings;
    try {
      const sent = momentOf(this.#clock);
      const info = await this.#client.info('server');
      const microseconds = /^server_time_usec:(\d+)/m.exec(info)?.[1];
      if (microseconds !== undefined) this.#readClock(Number(microseconds), sent);
      const waitMs = this.#probation.met(info);
      if (waitMs > 0) this.#logger.warn('lock node restarted: not counted for a while', { waitMs });
    } catch (error) {
      // Cut off again: the next greeting will tell, or has told already.
      if (this.#client.status !== 'ready' || greeting !== this.#greetings) return;
      if (isTimeout(error)) {
        // Lost on the way: that says nothing about the node, which is greeted again on a new line.
        this.#logger.warn('lock node does not answer a greeting');
        return this.#client.disconnect(true);
      }
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
      if (this.#state === 'closed') return; // nobody asks it for locks any more
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
