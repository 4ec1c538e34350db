import type { LockTls } from '../lock.ts';
import { PinnedSession } from '../../mysql/index.ts';
import { AbortCalls } from '../abort-calls.ts';
import { endWhenSilent } from './database-locks-store.ts';

/** A lock takes a whole connection, and so does a wait for one. */
const MOST = 24;
/** Connections that nobody needs are closed after so long. */
const LONGEST_IDLE_MS = 5000;

export interface DatabaseSessionsOptions {
  readonly url: string;
  readonly tls: LockTls | undefined;
  /** The server ends a session that is silent for so long. */
  readonly silentSeconds: number;
  readonly idleMs: number;
  readonly openWithinMs: number;
}

/** The connections of one lock room. Each serves one lock at a time, or one wait. */
export class DatabaseSessions {
  readonly #options: DatabaseSessionsOptions;
  readonly #all = new Set<PinnedSession>();
  readonly #free = new Map<PinnedSession, NodeJS.Timeout>();
  readonly #line = new Set<() => void>();
  readonly #aborts = new AbortCalls();
  #opening = 0;
  #closed = false;
  /** Does the server take waits of parts of a second? */
  knowsFractions = false;

  constructor(options: DatabaseSessionsOptions) {
    this.#options = options;
  }

  /** Undefined when all of them were in use for so long. */
  async take(withinMs: number, signal?: AbortSignal): Promise<PinnedSession | undefined> {
    for (let isFirst = true; ; isFirst = false) {
      const [found] = this.#free.keys();
      if (found) {
        clearTimeout(this.#free.get(found));
        this.#free.delete(found);
        return found;
      }
      if (this.#all.size + this.#opening < MOST) return await this.#open();
      if (!isFirst || withinMs <= 0) return undefined;
      await this.#turn(withinMs, signal);
      if (signal?.aborted) return undefined;
    }
  }

  give(session: PinnedSession): void {
    if (!session.alive) return;
    const idleMs = Math.min(LONGEST_IDLE_MS, this.#options.idleMs);
    const timer = setTimeout(() => session.destroy(), idleMs);
    timer.unref();
    this.#free.set(session, timer);
    this.#next();
  }

  close(): void {
    this.#closed = true;
    for (const wake of this.#line) wake();
    for (const session of this.#all) session.destroy();
  }

  async #open(): Promise<PinnedSession> {
    const { url, tls, silentSeconds, openWithinMs } = this.#options;
    this.#opening += 1;
    try {
      const session = await PinnedSession.open(url, openWithinMs, tls);
      this.#all.add(session);
      session.onEnd(() => this.#ended(session));
      if (this.#closed) session.destroy();
      await this.#greet(session, silentSeconds);
      return session;
    } finally {
      this.#opening -= 1;
      this.#next();
    }
  }

  async #greet(session: PinnedSession, seconds: number): Promise<void> {
    try {
      const server = await endWhenSilent(session, seconds, this.#options.openWithinMs);
      this.knowsFractions = server.knowsFractions;
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  #ended(session: PinnedSession): void {
    clearTimeout(this.#free.get(session));
    this.#free.delete(session);
    this.#all.delete(session);
    this.#next();
  }

  async #turn(ms: number, signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#line.delete(done);
        if (signal) this.#aborts.remove(signal, done);
        resolve();
      };
      // More than a timer can count is for ever.
      const timer = ms < 2 ** 31 ? setTimeout(done, ms) : undefined;
      this.#line.add(done);
      if (signal) this.#aborts.add(signal, done);
    });
  }

  #next(): void {
    const hasRoom = this.#free.size > 0 || this.#all.size + this.#opening < MOST;
    const [first] = this.#line;
    if (hasRoom) first?.();
  }
}
