/**
 * What happened in one run, one line of JSON to an event. All times are milliseconds of the one
 * monotonic clock of this machine, so that they can be compared between processes.
 */
export type HistoryEvent = Granted | Ended | Written | Stopped | Planted | Fault;

interface OfHold {
  readonly contender: number;
  /** Unique in the run. */
  readonly hold: string;
}

/** A lock was asked for at `began`, and the answer was back at `at`. */
export interface Granted extends OfHold {
  readonly kind: 'granted';
  readonly names: readonly string[];
  readonly fence: number;
  readonly began: number;
  readonly at: number;
}

export interface Ended extends OfHold {
  readonly kind: 'ended';
  /** `untold`: it was lost, and the holder heard of it only because it asked. */
  readonly how: 'released' | 'lost' | 'untold';
  readonly reason: string;
  readonly at: number;
  /** When the holder last saw that it had more time than before. */
  readonly extendedAt: number;
}

/** In the order of the register. The holder had made sure that it holds the lock at `checkedAt`. */
export interface Written extends OfHold {
  readonly kind: 'written';
  readonly name: string;
  readonly fence: number;
  /** The value that the holder had read, and added one to. */
  readonly base: number;
  readonly accepted: boolean;
  readonly checkedAt: number;
}

/** A process stood still. */
export interface Stopped {
  readonly kind: 'stopped';
  readonly contender: number;
  readonly at: number;
  readonly until: number;
}

/** A request that came after its attempt was over made a lock, which nobody holds. */
export interface Planted {
  readonly kind: 'planted';
  readonly node: number;
  readonly key: string;
  readonly owner: string;
  readonly at: number;
}

/** For whoever reads it. */
export interface Fault {
  readonly kind: 'fault';
  readonly what: string;
  readonly at: number;
}

export function monotonicNow(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

export function historyLines(events: readonly HistoryEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

export function parseHistory(lines: string): HistoryEvent[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as HistoryEvent);
}

export function eventsOf<Kind extends HistoryEvent['kind']>(
  events: readonly HistoryEvent[],
  kind: Kind,
): Extract<HistoryEvent, { kind: Kind }>[] {
  return events.filter(
    (event): event is Extract<HistoryEvent, { kind: Kind }> => event.kind === kind,
  );
}
