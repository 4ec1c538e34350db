import {
  AppError,
  type Clock,
  codeOf,
  createPeriodicService,
  type Logger,
  messageOf,
  pause,
  type Random,
  redactText,
  type Service,
  type TlsTrust,
  warnNowAndThen,
} from '../kernel/index.ts';
import { type Database, openDatabase, type Sql } from './database.ts';
import { type Aged, noReads, type Reads } from './reads.ts';
import { assertCopy } from './replica-copy.ts';
import { covers, positionOf } from './replica-position.ts';
import { isFailure } from './sql-error.ts';

export interface ReplicaOptions {
  readonly url: string;
  /** Reads that the replica cannot have go here. */
  readonly primary: Sql;
  readonly primaryUrl: string;
  readonly tls?: TlsTrust;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/** What is shown from a replica is so old at the most; one that is further behind is not asked. */
export const BEHIND_MS = 5000;
/** How often both servers are asked how far they have come. */
const LOOK_MS = 1000;
/** An answer to that takes so long at the most, connecting included. */
const LOOK_ANSWER_MS = 1000;
/** A read waits so long for the replica, connecting included; then the primary does it. */
const READ_ANSWER_MS = 2000;
/** A replica that did not answer is left alone for so long. */
const REST_MS = 5000;
const TOLD_MS = 30_000;
const TOO_OLD = `it is more than ${BEHIND_MS} ms behind`;

interface Seen {
  readonly ms: number;
  readonly position: string;
}

/**
 * Reads from a replica whose age is known. Its own word would take rights that its account need
 * not have, and says nothing of what has not reached it. So it is held against the primary: what
 * has the position at which the primary was then, is no older than then.
 */
export class ReplicaReads implements Reads {
  readonly counts = noReads();
  readonly #primary: Sql;
  readonly #replica: Database;
  /** Lines of their own: a look must not wait behind what others read or write. */
  readonly #looks: { readonly primary: Database; readonly replica: Database };
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #warn: ReturnType<typeof warnNowAndThen>;
  readonly #watch: Service;
  #first: Promise<void> = Promise.resolve();
  #seen: readonly Seen[] = [];
  /** The last moment whose writes it is known to have. */
  #freshMs: number | null = null;
  #isCopy = false;
  #wasUsed = false;
  #losses = 0;
  #restsUntilMs = Number.NEGATIVE_INFINITY;
  #trouble = 'it was not looked at yet';

  constructor({ url, primary, primaryUrl, tls = {}, logger, clock, random }: ReplicaOptions) {
    const open = (of: string, poolSize: number, silenceMs: number) =>
      openDatabase({ url: of, tls, logger, poolSize, silenceMs });
    this.#primary = primary;
    this.#replica = open(url, 12, READ_ANSWER_MS);
    this.#looks = {
      primary: open(primaryUrl, 1, 2 * LOOK_MS),
      replica: open(url, 1, 2 * LOOK_MS),
    };
    this.#clock = clock;
    this.#logger = logger;
    this.#warn = warnNowAndThen(
      logger,
      clock,
      'reads of the catalogue go to the primary in place of its replica',
      TOLD_MS,
    );
    this.#watch = createPeriodicService({
      name: 'replica',
      periodMs: LOOK_MS,
      trouble: 'the replica could not be held against the primary',
      work: () => this.#look(),
      logger,
      random,
    });
  }

  /** Why it is not asked now; null while it is. */
  get trouble(): string | null {
    return this.#usableSince() === null ? this.#trouble : null;
  }

  /** Until the first look has found it well, the primary answers. */
  async start(): Promise<void> {
    this.#first = this.#look();
    await this.#watch.start();
  }

  async close(): Promise<void> {
    await this.#watch.stop();
    await this.#first;
    const { primary, replica } = this.#looks;
    await Promise.all([primary, replica, this.#replica].map((one) => one.close()));
  }

  async read<T>(work: (sql: Sql) => Promise<T>): Promise<Aged<T>> {
    const sinceMs = this.#usableSince();
    if (sinceMs === null) {
      this.#wasUsed = false;
      return await this.#fallBack(work);
    }
    try {
      const value = await within(work(this.#replica), READ_ANSWER_MS);
      this.counts.replica += 1;
      return { value, ageMs: Math.ceil(this.#clock.monotonicMs() - sinceMs) };
    } catch (error) {
      // Before the primary is asked: nobody else shall wait for this replica meanwhile.
      if (isOfServer(error)) this.#lose(error);
      return await this.#fallBack(work);
    }
  }

  async readOfNow<T>(work: (sql: Sql) => Promise<T>): Promise<Aged<T>> {
    this.counts.primary += 1;
    return { value: await work(this.#primary), ageMs: 0 };
  }

  /** Whether it has, before so long is over, all that the primary had at this moment. */
  async hasAllOfNow(withinMs: number): Promise<boolean> {
    const nowMs = this.#clock.monotonicMs();
    for (;;) {
      await this.#look();
      if ((this.#freshMs ?? Number.NEGATIVE_INFINITY) >= nowMs) return true;
      if (!this.#isCopy || this.#clock.monotonicMs() - nowMs > withinMs) return false;
      await pause(LOOK_MS / 20);
    }
  }

  async #fallBack<T>(work: (sql: Sql) => Promise<T>): Promise<Aged<T>> {
    this.counts.fellBack += 1;
    if (!this.#wasUsed) this.#warn({ why: this.#trouble });
    return { value: await work(this.#primary), ageMs: 0 };
  }

  #usableSince(): number | null {
    const isFresh = this.#freshMs !== null && this.#ageOf(this.#freshMs) <= BEHIND_MS;
    return isFresh ? this.#freshMs : null;
  }

  #ageOf(ms: number): number {
    return this.#clock.monotonicMs() - ms;
  }

  async #look(): Promise<void> {
    const ms = this.#clock.monotonicMs();
    if (ms < this.#restsUntilMs) return;
    const losses = this.#losses;
    const position = await this.#primaryPosition();
    if (position === null) return; // says nothing of the replica; what is known of it grows old
    try {
      const { primary, replica } = this.#looks;
      if (!this.#isCopy) await within(assertCopy(primary, replica), LOOK_ANSWER_MS);
      const its = await within(positionOf(replica), LOOK_ANSWER_MS);
      if (its === null) throw unfit('it counts no GTIDs');
      if (losses === this.#losses) this.#found({ ms, position }, its);
    } catch (error) {
      this.#lose(error);
    }
  }

  async #primaryPosition(): Promise<string | null> {
    try {
      const position = await within(positionOf(this.#looks.primary), LOOK_ANSWER_MS);
      this.#trouble = position === null ? 'the primary counts no GTIDs' : TOO_OLD;
      return position;
    } catch (error) {
      this.#trouble = redactText(messageOf(error));
      return null;
    }
  }

  #found(now: Seen, its: string): void {
    this.#isCopy = true;
    this.#seen = [...this.#seen.filter(({ ms }) => now.ms - ms <= BEHIND_MS), now];
    this.#freshMs = this.#seen.findLast(({ position }) => covers(its, position))?.ms ?? null;
    const isUsed = this.#usableSince() !== null;
    if (isUsed && !this.#wasUsed) this.#logger.info('the replica answers reads of the catalogue');
    this.#wasUsed = isUsed;
  }

  /** Whoever comes back may be another server, or an older state: it is looked at anew. */
  #lose(error: unknown): void {
    this.#losses += 1;
    this.#isCopy = false;
    this.#wasUsed = false;
    this.#freshMs = null;
    this.#restsUntilMs = this.#clock.monotonicMs() + REST_MS;
    this.#trouble = redactText(messageOf(error));
  }
}

/** Other refusals are answers: that what was asked for is not there, where it may be by now. */
function isOfServer(error: unknown): boolean {
  return codeOf(error).startsWith('database-') && !isFailure(error, 'data');
}

function unfit(why: string): AppError {
  return new AppError('replica-unfit', `the replica cannot be held against the primary: ${why}`);
}

/** The driver waits longer than somebody would who has another server to ask. */
async function within<T>(answer: Promise<T>, ms: number): Promise<T> {
  const answered = new AbortController();
  const late = pause(ms, answered.signal).then((): never => {
    throw new AppError('database-failed', `the database did not answer within ${ms} ms`, {
      retryable: true,
      details: { failure: 'unavailable' },
    });
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    answered.abort();
  }
}
