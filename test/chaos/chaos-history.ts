/**
 * What the world outside asked and was told, as Jepsen writes it: `invoke`, then `ok` (done),
 * `fail` (certainly not done) or `info` (nobody knows). One line of JSON to an event. Times are
 * milliseconds of the monotonic clock of the one process that writes.
 */
export type OpName =
  | 'order.place'
  | 'order.pay'
  | 'order.cancel'
  | 'order.read'
  | 'stock.set'
  | 'stock.adjust'
  | 'stock.read'
  | 'poison';

export type Door = 'http' | 'batch' | 'webhook' | 'queue' | 'envelope';

export interface CallEvent {
  readonly n: number;
  readonly t: number;
  readonly ty: 'invoke' | 'ok' | 'fail' | 'info';
  readonly f: OpName;
  /** What makes the operation the same when it is sent again: an id of the order, payment, ... */
  readonly key: string;
  readonly door: Door;
  readonly a?: Readonly<Record<string, unknown>>;
  readonly r?: Readonly<Record<string, unknown>>;
  readonly e?: string;
}

export interface NemesisEvent {
  readonly t: number;
  readonly ty: 'nemesis';
  readonly f: string;
  readonly e: string;
}

/** What was seen of the books in the middle of it, in one moment. */
export interface SnapshotEvent {
  readonly t: number;
  readonly ty: 'snapshot';
  readonly wrong: readonly string[];
}

/** A process that ended though nobody had ended it. */
export interface ExitEvent {
  readonly t: number;
  readonly ty: 'exit';
  readonly e: string;
}

export type ChaosEvent = CallEvent | NemesisEvent | SnapshotEvent | ExitEvent;

/** One attempt: a call and what came of it. An answer that never came is `info`. */
export interface Attempt {
  readonly f: OpName;
  readonly key: string;
  readonly door: Door;
  readonly a: Readonly<Record<string, unknown>>;
  readonly began: number;
  /** Infinity while nobody knows. */
  readonly ended: number;
  readonly ty: 'ok' | 'fail' | 'info';
  readonly r: Readonly<Record<string, unknown>>;
  readonly e: string;
}

export interface OpenCall {
  ok(result?: Readonly<Record<string, unknown>>): void;
  fail(code: string): void;
  info(problem: string): void;
}

/** Written by one process alone, so that its order is the order of time. */
export class ChaosHistory {
  readonly events: ChaosEvent[] = [];
  #calls = 0;

  call(f: OpName, key: string, door: Door, a: Readonly<Record<string, unknown>> = {}): OpenCall {
    this.#calls += 1;
    const n = this.#calls;
    const write = (ty: CallEvent['ty'], more: Partial<CallEvent>) => {
      this.events.push({ n, t: performance.now(), ty, f, key, door, ...more });
    };
    write('invoke', { a });
    return {
      ok: (r = {}) => write('ok', { r }),
      fail: (e) => write('fail', { e }),
      info: (e) => write('info', { e }),
    };
  }

  nemesis(f: string, e: string): void {
    this.events.push({ t: performance.now(), ty: 'nemesis', f, e });
  }

  snapshot(wrong: readonly string[]): void {
    this.events.push({ t: performance.now(), ty: 'snapshot', wrong });
  }

  exit(e: string): void {
    this.events.push({ t: performance.now(), ty: 'exit', e });
  }

  lines(seed: number): string {
    return this.events.map((event) => `${JSON.stringify({ ...event, seed })}\n`).join('');
  }
}

export function attemptsOf(events: readonly ChaosEvent[]): Attempt[] {
  const open = new Map<number, CallEvent>();
  const done: Attempt[] = [];
  for (const event of events) {
    if (!('n' in event)) continue;
    const begun = open.get(event.n);
    if (event.ty === 'invoke') open.set(event.n, event);
    else if (begun) {
      open.delete(event.n);
      done.push(attempt(begun, event));
    }
  }
  return [...done, ...[...open.values()].map((begun) => attempt(begun, undefined))];
}

function attempt(begun: CallEvent, end: CallEvent | undefined): Attempt {
  const { f, key, door, a = {}, t } = begun;
  const ty = end?.ty === 'ok' || end?.ty === 'fail' ? end.ty : 'info';
  const ended = ty === 'info' ? Number.POSITIVE_INFINITY : (end?.t ?? 0);
  return { f, key, door, a, began: t, ended, ty, r: end?.r ?? {}, e: end?.e ?? 'no answer' };
}
