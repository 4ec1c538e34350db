import {
  type BatchLimits,
  type Flight,
  FlightOfKeys,
  type Key,
  TakenBatch,
  type Waiting,
} from './taken-batch.ts';

/** What `run` says of one item of a batch. */
export type Verdict<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Somebody else holds these keys: wait a little, and let the others go. */
  | { readonly kind: 'aside'; readonly busy: readonly Key[]; readonly forMs: number };

export interface CommitGroupOptions<Item, Result> extends BatchLimits<Item> {
  /** Carries out one batch; answers one verdict for each item, in their order. */
  readonly run: (
    batch: readonly Waiting<Item>[],
    flight: Flight,
  ) => Promise<readonly Verdict<Result>[]>;
  readonly monotonicMs: () => number;
  /** How many batches may be in flight. */
  readonly lanes: number;
  /** How many more may be in flight of items that were refused several times and now queue. */
  readonly patientLanes: number;
  /** From this many refusals on an item is patient. */
  readonly patientAfter: number;
}

/** What goes in the place of an item whose keys somebody else holds, or that has waited long. */
export interface Otherwise<Item> {
  readonly item: Item;
  readonly keys: readonly Key[];
  readonly kind: string;
  /** How long the item may stand in line as it is. */
  readonly afterMs: number;
}

interface Entry<Item, Result> extends Waiting<Item> {
  readonly otherwise: Otherwise<Item> | undefined;
  asideUntil: number;
  asideFor: readonly Key[];
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** Entries at the front of the line that cannot go now, and the keys they keep from others. */
interface InVain {
  readonly entries: number;
  readonly blocked: ReadonlySet<Key>;
  /** When the first of them that is set aside may try again: then it is worth another look. */
  readonly untilMs: number;
}

const NOTHING_SEEN: InVain = {
  entries: 0,
  blocked: new Set(),
  untilMs: Number.POSITIVE_INFINITY,
};

/**
 * Lets items wait while the batch before them is being written, and sends them together. A batch
 * takes only items none of whose keys is in flight, in order of arrival for each key, so batches
 * never conflict inside one process.
 */
export class CommitGroup<Item, Result> {
  private readonly options: CommitGroupOptions<Item, Result>;
  private line: Entry<Item, Result>[] = [];
  private readonly inFlight = new Map<Key, FlightOfKeys>();
  private running = 0;
  private patient = 0;
  private patientWaiting = 0;
  private inVain = NOTHING_SEEN;
  /** May somebody in line go otherwise? Most processes never have one that may. */
  private someOtherwise = false;
  private scheduled = false;
  private alarm: NodeJS.Timeout | null = null;

  constructor(options: CommitGroupOptions<Item, Result>) {
    this.options = options;
  }

  /** Resolves when the item's batch has been carried out. */
  submit(
    item: Item,
    keys: readonly Key[],
    kind: string,
    otherwise?: Otherwise<Item>,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      const since = this.options.monotonicMs();
      this.line.push({
        item,
        keys,
        kind,
        since,
        otherwise,
        refusals: 0,
        asideUntil: 0,
        asideFor: [],
        resolve,
        reject,
      });
      this.someOtherwise ||= otherwise !== undefined;
      this.schedule();
    });
  }

  get waiting(): number {
    return this.line.length;
  }

  /** Items submitted in one turn of the event loop are seen together. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.sendWhatCanGo();
    });
  }

  private sendWhatCanGo(): void {
    const { lanes, patientLanes } = this.options;
    // One moment for all of it: an item whose time comes between a look at the line and the
    // setting of the alarm would be seen by neither, and wait for ever.
    const now = this.options.monotonicMs();
    this.letLateOnesGoOtherwise(now);
    while (this.running < lanes && this.send('first-tries', now)) this.running += 1;
    while (this.patientWaiting > 0 && this.patient < patientLanes && this.send('patient', now)) {
      this.patient += 1;
    }
    this.setAlarm(now);
  }

  private letLateOnesGoOtherwise(now: number): void {
    if (now < this.nextOtherwiseMs()) return;
    this.line = this.line.map((entry) => (now < otherwiseMs(entry) ? entry : otherwiseOf(entry)));
    this.inVain = NOTHING_SEEN;
  }

  private nextOtherwiseMs(): number {
    let next = Number.POSITIVE_INFINITY;
    if (!this.someOtherwise) return next;
    for (const entry of this.line) next = Math.min(next, otherwiseMs(entry));
    this.someOtherwise = next < Number.POSITIVE_INFINITY;
    return next;
  }

  private send(who: 'first-tries' | 'patient', now: number): boolean {
    const { entries, follows } = this.takeBatch(who, now);
    if (entries.length === 0) return false;
    const flight = new FlightOfKeys(follows, () => {
      this.inVain = NOTHING_SEEN;
      this.schedule();
    });
    for (const { keys } of entries) for (const key of keys) this.inFlight.set(key, flight);
    if (who === 'patient') this.patientWaiting -= entries.length;
    void this.carryOut(entries, flight, who);
    return true;
  }

  private takeBatch(
    who: 'first-tries' | 'patient',
    now: number,
    mayFollow = true,
  ): TakenBatch<Item, Entry<Item, Result>> {
    const patient = who === 'patient';
    // What was looked through in vain stays in vain until something ends: only look at the rest.
    const inVain = patient || now >= this.inVain.untilMs ? NOTHING_SEEN : this.inVain;
    const blocked = new Set<Key>(inVain.blocked);
    let untilMs = inVain.untilMs;
    const taken = new TakenBatch<Item, Entry<Item, Result>>(this.options);
    const left: Entry<Item, Result>[] = [];
    let at = inVain.entries;
    for (; at < this.line.length && !taken.isFull; at += 1) {
      const entry = this.line[at] as Entry<Item, Result>;
      const isAside = entry.asideUntil > now;
      const isOne = this.isPatient(entry) === patient;
      const way = isAside || !isOne ? 'blocked' : this.wayOf(entry, blocked);
      const mayGo = way === undefined || (way !== 'blocked' && mayFollow && !patient);
      if (mayGo && taken.accepts(entry, way, patient)) {
        taken.add(entry, way);
        continue;
      }
      left.push(entry);
      if (isAside) untilMs = Math.min(untilMs, entry.asideUntil);
      // One that is set aside keeps only its busy keys from those behind it: an order that
      // waits for a foreign holder of one goods id must not stall everybody on its others.
      for (const key of isAside ? entry.asideFor : entry.keys) blocked.add(key);
    }
    if (taken.follows && !taken.isWorthFollowing) return this.takeBatch(who, now, false);
    if (taken.entries.length > 0) {
      this.line = [...this.line.slice(0, inVain.entries), ...left, ...this.line.slice(at)];
      this.inVain = NOTHING_SEEN;
    } else if (!patient) {
      this.inVain = { entries: this.line.length, blocked, untilMs };
    }
    return taken;
  }

  /** Nothing in its way, or the one flight whose goods it may take over, or no way at all. */
  private wayOf(
    { keys }: Waiting<Item>,
    blocked: ReadonlySet<Key>,
  ): FlightOfKeys | undefined | 'blocked' {
    let follows: FlightOfKeys | undefined;
    let free = 0;
    for (const key of keys) {
      if (blocked.has(key)) return 'blocked';
      const flight = this.inFlight.get(key);
      if (flight && (typeof key === 'string' || !flight.isOpen)) return 'blocked';
      if (flight && follows && flight !== follows) return 'blocked';
      if (typeof key === 'number' && !flight) free += 1;
      follows ??= flight;
    }
    return follows && free > 0 ? 'blocked' : follows;
  }

  private isPatient({ refusals }: Waiting<Item>): boolean {
    return refusals >= this.options.patientAfter;
  }

  private async carryOut(
    batch: readonly Entry<Item, Result>[],
    flight: FlightOfKeys,
    who: 'first-tries' | 'patient',
  ): Promise<void> {
    try {
      const verdicts = await this.options.run(batch, flight);
      const aside = batch.flatMap((entry, index) => this.settle(entry, verdicts[index]));
      this.line = [...aside, ...this.line];
      this.patientWaiting += aside.filter((entry) => this.isPatient(entry)).length;
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      for (const { keys } of batch) {
        // What another flight has taken over by now is that one's.
        for (const key of keys) if (this.inFlight.get(key) === flight) this.inFlight.delete(key);
      }
      flight.end();
      this.inVain = NOTHING_SEEN;
      if (who === 'patient') this.patient -= 1;
      else this.running -= 1;
      this.schedule();
    }
  }

  /** Answers what goes back in line: the item, or what goes in its place. */
  private settle(
    entry: Entry<Item, Result>,
    verdict: Verdict<Result> | undefined,
  ): Entry<Item, Result>[] {
    switch (verdict?.kind) {
      case 'done':
        entry.resolve(verdict.result);
        return [];
      case 'aside':
        entry.refusals += 1;
        entry.asideUntil = this.options.monotonicMs() + verdict.forMs;
        entry.asideFor = verdict.busy;
        return [entry.otherwise ? otherwiseOf(entry) : entry];
      case 'failed':
        entry.reject(verdict.error);
        return [];
      case undefined:
        entry.reject(new Error('a batch answered fewer verdicts than it had items'));
        return [];
    }
  }

  /** Wakes up when the first of those set aside may try again, or is to go otherwise. */
  private setAlarm(now: number): void {
    if (this.alarm) clearTimeout(this.alarm);
    this.alarm = null;
    // Those set aside stand at the front, so this ends at the first that never was.
    let next = this.nextOtherwiseMs();
    for (const { asideUntil, refusals } of this.line) {
      if (refusals === 0) break;
      if (asideUntil > now) next = Math.min(next, asideUntil);
    }
    if (next === Number.POSITIVE_INFINITY) return;
    this.alarm = setTimeout(() => this.sendWhatCanGo(), Math.ceil(next - now));
  }
}

function otherwiseMs({ since, otherwise }: Entry<unknown, never>): number {
  return otherwise ? since + otherwise.afterMs : Number.POSITIVE_INFINITY;
}

/** At the entry's place in line; not set aside, since it wants none of what was busy. */
function otherwiseOf<Item, Result>(entry: Entry<Item, Result>): Entry<Item, Result> {
  return { ...entry, ...entry.otherwise, otherwise: undefined, asideUntil: 0, asideFor: [] };
}
