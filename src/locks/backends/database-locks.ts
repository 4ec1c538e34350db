import { createHash } from 'node:crypto';
import { AppError, messageOf } from '../../kernel/index.ts';
import { databaseAddress, isFailure, type PinnedSession } from '../../mysql/index.ts';
import { AbortCalls } from '../abort-calls.ts';
import { FenceCandidate } from '../fence-candidate.ts';
import type { LockBusy, LockUnreachable, LockView } from '../lock.ts';
import type {
  AcquireAnswer,
  BackendOptions,
  LockBackend,
  TryAsk,
  WaitAsk,
} from '../lock-backend.ts';
import { momentOf } from '../lock-deadline.ts';
import { lockAborted, locksClosed } from '../lock-errors.ts';
import { DatabaseLease, type DatabaseRoom } from './database-lease.ts';
import { type DatabaseAnswer, endSession, lookAtLocks, takeLocks } from './database-locks-store.ts';
import { DatabaseSessions } from './database-sessions.ts';

/** A wait on the server is begun anew after so long, so that a lost line is noticed. */
const SLICE_MS = 5000;
/** The server gives up waiting by itself; we do so a little later. */
const LATE_MS = 150;
/** A lock for which so much of its time has been waited is renewed before it is given out. */
const STALE = 0.1;
const MISSING_TABLE = 1146;
const NO_SUCH_SESSION = 1094;

/**
 * Locks in the database itself: named locks of the server, each held by a session of its own, and
 * one row with the fence for each name.
 */
export class DatabaseLocks implements LockBackend, DatabaseRoom {
  readonly guarantee = 'database';
  readonly ttlMs: number;
  readonly silentSeconds: number;
  readonly attemptTimeoutMs: number;
  readonly clock: BackendOptions['clock'];
  readonly logger: BackendOptions['logger'];
  trips = 0;
  readonly #label: string;
  readonly #space: string;
  readonly #prefix: string;
  readonly #sessions: DatabaseSessions;
  readonly #candidate: FenceCandidate;
  readonly #aborts = new AbortCalls();
  #closed = false;

  constructor(options: BackendOptions) {
    const { prefix, ttlMs, attemptTimeoutMs, clock, logger } = options;
    const url = databaseUrlOf(options);
    this.ttlMs = ttlMs;
    this.silentSeconds = secondsOf(ttlMs);
    this.attemptTimeoutMs = attemptTimeoutMs;
    this.clock = clock;
    this.logger = logger;
    this.#label = databaseAddress(url);
    // Named locks belong to the whole server, and our names only to this database.
    this.#space = `${new URL(url).pathname.slice(1)}:`;
    this.#prefix = prefix;
    this.#candidate = new FenceCandidate(clock);
    this.#sessions = new DatabaseSessions({
      url,
      tls: options.tls,
      silentSeconds: this.silentSeconds,
      idleMs: ttlMs / 2, // the server ends it after a ttl
      openWithinMs: attemptTimeoutMs,
    });
  }

  tryAcquire(names: readonly string[], ask: TryAsk): Promise<AcquireAnswer> {
    return this.#attempt(names, ask, 0);
  }

  async acquire(names: readonly string[], ask: WaitAsk): Promise<AcquireAnswer> {
    const { timeoutMs = Number.POSITIVE_INFINITY, signal } = ask;
    const until = this.clock.monotonicMs() + timeoutMs;
    for (;;) {
      const leftMs = Math.max(0, until - this.clock.monotonicMs());
      const answer = await this.#attempt(names, ask, leftMs, signal);
      if (answer.kind !== 'busy' || this.clock.monotonicMs() >= until) return answer;
    }
  }

  async inspect(names: readonly string[]): Promise<LockView[]> {
    const view = { node: this.#label, waiting: null };
    const unknown = { ...view, reachable: false, held: false, ttlMs: null, fence: null };
    const seen = await this.#look(names).catch((error: unknown) => {
      this.logger.debug('locks in the database cannot be seen', { error: messageOf(error) });
      return [];
    });
    return names.map((name, at) => {
      const found = seen[at];
      if (!found) return { name, nodes: [unknown] };
      // The server does not tell how long a session has been silent; it is a ttl at most.
      const { isHeld: held, fence } = found;
      const ttlMs = held ? this.ttlMs : null;
      return { name, nodes: [{ ...view, reachable: true, held, ttlMs, fence }] };
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#sessions.close();
  }

  give(session: PinnedSession): void {
    this.#sessions.give(session);
  }

  unreachable(error: unknown): LockUnreachable {
    const isBehind = error instanceof AppError && error.details['errno'] === MISSING_TABLE;
    const problem = isBehind
      ? 'has no table lock_fences: run holdfast migrate'
      : `did not answer: ${messageOf(error)}`;
    return {
      kind: 'unreachable',
      reason: `${this.#label} ${problem}`,
      nodes: [{ node: this.#label, problem }],
    };
  }

  async #attempt(
    names: readonly string[],
    ask: TryAsk,
    leftMs: number,
    signal?: AbortSignal,
  ): Promise<AcquireAnswer> {
    this.#assertWanted(names, signal);
    let session: PinnedSession | undefined;
    try {
      session = await this.#sessions.take(Math.max(leftMs, this.attemptTimeoutMs), signal);
      this.#assertWanted(names, signal);
      return session ? await this.#ask(session, names, ask, leftMs, signal) : this.#busy(names);
    } catch (error) {
      // What it holds by now is not known, and ends with it.
      session?.destroy();
      this.#assertWanted(names, signal);
      if (error instanceof AppError && error.code === 'fence-out-of-range') throw error;
      if (session && leftMs > 0) return await this.#afterSilence(session.id, names, error);
      return isFailure(error, 'conflict') ? this.#busy(names) : this.unreachable(error);
    }
  }

  async #ask(
    session: PinnedSession,
    names: readonly string[],
    { ttlMs, fenceAbove }: TryAsk,
    leftMs: number,
    signal: AbortSignal | undefined,
  ): Promise<AcquireAnswer> {
    const keys = this.#keysOf(names);
    const rows = this.#rowsOf(names);
    const candidate = this.#candidate.next(fenceAbove);
    const sliceMs = Math.min(SLICE_MS, leftMs);
    const waitMs = this.#sessions.knowsFractions ? sliceMs : Math.ceil(sliceMs / 1000) * 1000;
    const limitMs = sliceMs > 0 ? sliceMs + LATE_MS : this.attemptTimeoutMs;
    const sentAt = momentOf(this.clock);
    this.trips += 1;
    const silence = { seconds: secondsOf(ttlMs), otherwise: this.silentSeconds };
    const answer = await this.#unlessAborted(session, signal, () =>
      takeLocks(session, { keys, rows, candidate, waitMs, silence }, limitMs),
    );
    if (answer.kind === 'busy') {
      this.give(session);
      return this.#busy(answer.busy.flatMap((at) => names[at] ?? []));
    }
    this.#candidate.saw(Number(answer.fence));
    const grant = { session, keys, ttlMs, fence: answer.fence, sentAt };
    const lease = new DatabaseLease(this, grant);
    if (this.clock.monotonicMs() - sentAt.monotonicMs < ttlMs * STALE) {
      return { kind: 'granted', lease };
    }
    const renewal = await lease.renew();
    if (renewal.kind !== 'renewed') throw new Error(`lost as soon as granted: ${renewal.kind}`);
    const renewed = new DatabaseLease(this, { ...grant, sentAt: renewal.sentAt });
    return { kind: 'granted', lease: renewed };
  }

  async #unlessAborted(
    session: PinnedSession,
    signal: AbortSignal | undefined,
    ask: () => Promise<DatabaseAnswer>,
  ): Promise<DatabaseAnswer> {
    if (!signal) return await ask();
    const end = () => {
      session.destroy();
      void this.#end(session.id);
    };
    this.#aborts.add(signal, end);
    try {
      return await ask();
    } finally {
      this.#aborts.remove(signal, end);
    }
  }

  /** A wait that was not answered: does the server live and only wait in whole seconds? */
  async #afterSilence(
    id: number,
    names: readonly string[],
    error: unknown,
  ): Promise<AcquireAnswer> {
    if (isFailure(error, 'conflict')) return this.#busy(names);
    if (!(await this.#end(id))) return this.unreachable(error);
    try {
      const seen = await this.#look(names);
      const held = names.filter((_, at) => seen[at]?.isHeld);
      return this.#busy(held.length > 0 ? held : names);
    } catch (again) {
      return this.unreachable(again);
    }
  }

  /** A session that waits does not hear that we are gone; the server ends it when it is told. */
  async #end(id: number): Promise<boolean> {
    try {
      await this.#with((session) => endSession(session, id, this.attemptTimeoutMs));
      return true;
    } catch (error) {
      const isGone = error instanceof AppError && error.details['errno'] === NO_SUCH_SESSION;
      if (!isGone) {
        this.logger.debug('a wait on the server ends later', { error: messageOf(error) });
      }
      return isGone;
    }
  }

  #look(names: readonly string[]) {
    return this.#with((session) =>
      lookAtLocks(session, this.#keysOf(names), this.#rowsOf(names), this.attemptTimeoutMs),
    );
  }

  async #with<T>(work: (session: PinnedSession) => Promise<T>): Promise<T> {
    const session = await this.#sessions.take(this.attemptTimeoutMs);
    if (!session) throw new Error('all connections for locks are in use');
    this.trips += 1;
    try {
      const result = await work(session);
      this.give(session);
      return result;
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  #busy(names: readonly string[]): LockBusy {
    return { kind: 'busy', names, retryAfterMs: this.ttlMs };
  }

  #assertWanted(names: readonly string[], signal: AbortSignal | undefined): void {
    if (this.#closed) throw locksClosed();
    if (signal?.aborted) throw lockAborted(names, signal.reason);
  }

  #keysOf(names: readonly string[]): string[] {
    return names.map((name) => plain(this.#space + this.#prefix + name));
  }

  #rowsOf(names: readonly string[]): string[] {
    return names.map((name) => plain(this.#prefix + name));
  }
}

/** The server counts its patience in whole seconds. */
function secondsOf(ttlMs: number): number {
  return Math.ceil(ttlMs / 1000);
}

function databaseUrlOf({ urls, databaseUrl }: BackendOptions): string {
  const [url = '', ...more] = urls;
  const found = url === 'mysql:' ? databaseUrl : url;
  if (more.length === 0 && found !== undefined && URL.canParse(found) && new URL(found).host) {
    return found;
  }
  throw new AppError(
    'lock-database-unknown',
    more.length === 0
      ? 'locks in a database were asked for; allowed is one mysql://user:password@host/database, ' +
          'or mysql: together with a databaseUrl'
      : 'locks in several databases were asked for, allowed is one',
  );
}

/**
 * The server takes up to 64 characters and does not tell A from a, so what is longer or has other
 * letters goes by its digest.
 */
function plain(name: string): string {
  if (/^[a-z0-9:._/@-]{1,64}$/.test(name)) return name;
  return `~${createHash('sha256').update(name).digest('hex').slice(0, 60)}`;
}
