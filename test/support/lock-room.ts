import { until } from './until.ts';
import { type Clock, systemClock, systemRandom } from '../../src/kernel/index.ts';
import {
  type ClockJump,
  createLocks,
  type HeldLock,
  type Locks,
  type LockTls,
  type TryOutcome,
} from '../../src/locks/index.ts';
import type { LogFields, Logger } from '../../src/kernel/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';

export interface RoomOptions {
  readonly ttlMs?: number;
  readonly attemptTimeoutMs?: number;
  readonly maxHoldMs?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly prefix?: string;
  readonly databaseUrl?: string;
  readonly tls?: LockTls;
  readonly onClockJump?: (jump: ClockJump) => void;
}

/** Locks as a process of its own would make them: own connections, own place in line. */
export function locksOn(urls: readonly string[], options: RoomOptions = {}): Locks {
  return createLocks({
    urls,
    prefix: 'lock:goods:',
    ttlMs: 10_000,
    logger: silentLogger,
    clock: systemClock,
    random: systemRandom,
    ...options,
  });
}

/** Made by a test, closed after it. */
export class LockRooms {
  readonly #open: Locks[] = [];

  on(urls: readonly string[], options: RoomOptions = {}): Locks {
    const locks = locksOn(urls, options);
    this.#open.push(locks);
    return locks;
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((locks) => locks.close()));
  }
}

export function heldIn(outcome: TryOutcome): HeldLock {
  if (outcome.kind === 'held') return outcome.held;
  throw new Error(`held was expected, but it is ${JSON.stringify(outcome)}`);
}

/** Takes a lock and gives it back, so that every node was met. */
export async function warmUp(locks: Locks, nodes: number): Promise<void> {
  // A node that is away is answered for without asking, so a loop of our own would let nobody in.
  await until(async () => {
    const [view] = await locks.inspect(['warm-up']);
    return view?.nodes.filter(({ reachable }) => reachable).length === nodes;
  }, 15_000);
}

/** Waits until a lock that is held is on so many nodes: it is asked for on a bare quorum first. */
export async function spread(locks: Locks, name: string, nodes: number): Promise<void> {
  await until(async () => {
    const [view] = await locks.inspect([name]);
    return view?.nodes.filter(({ held }) => held).length === nodes;
  }, 5000);
}

export async function timed<T>(work: Promise<T>): Promise<{ value: T; ms: number }> {
  const started = performance.now();
  const value = await work;
  return { value, ms: performance.now() - started };
}

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that remembers. */
export function recordingLogger(lines: LogLine[], debug = false): Logger {
  const at = (level: string, base: LogFields) => (message: string, fields?: LogFields) =>
    void lines.push({ level, message, fields: { ...base, ...fields } });
  const make = (base: LogFields): Logger => ({
    error: at('error', base),
    warn: at('warn', base),
    info: at('info', base),
    debug: at('debug', base),
    writes: (level) => debug || level !== 'debug',
    with: (fields) => make({ ...base, ...fields }),
  });
  return make({});
}

/** A clock that is wrong by so many milliseconds, on the wall only. */
export function skewedClock(ms: number): Clock {
  return {
    now: () => systemClock.now().plus(ms),
    wallMs: () => systemClock.wallMs() + ms,
    monotonicMs: () => systemClock.monotonicMs(),
  };
}

/** Counts what would end a process: there must never be any. */
export function watchProcess(): { readonly seen: unknown[]; stop(): void } {
  const seen: unknown[] = [];
  const note = (error: unknown) => void seen.push(error);
  process.on('unhandledRejection', note);
  process.on('uncaughtExceptionMonitor', note);
  return {
    seen,
    stop: () => {
      process.off('unhandledRejection', note);
      process.off('uncaughtExceptionMonitor', note);
    },
  };
}
