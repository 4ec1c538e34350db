/** Something that must not be in two batches at once: an order (text) or a goods id (number). */
export type Key = string | number;

export interface Waiting<Item> {
  readonly item: Item;
  readonly keys: readonly Key[];
  /** Batches are all of one kind. */
  readonly kind: string;
  readonly since: number;
  /** How often somebody else held its keys. */
  refusals: number;
}

/** A batch on its way, for those who carry it out. */
export interface Flight {
  /** The batch whose goods this one takes over before it has ended. */
  readonly follows: Flight | undefined;
  /** From now on a batch that wants nothing but goods of this one may follow it. */
  letFollow(): void;
}

export class FlightOfKeys implements Flight {
  follows: FlightOfKeys | undefined;
  isOpen = false;
  private readonly onOpen: () => void;

  constructor(follows: FlightOfKeys | undefined, onOpen: () => void) {
    this.follows = follows;
    this.onOpen = onOpen;
  }

  letFollow(): void {
    this.isOpen = true;
    this.onOpen();
  }

  /** Each would otherwise keep all those before it in memory. */
  end(): void {
    this.follows = undefined;
  }
}

/** How large a batch may become. */
export interface BatchLimits<Item> {
  readonly itemsMax: number;
  /** As how many items one counts. Default 1. */
  readonly weightOf?: (item: Item) => number;
  readonly keysMax: number;
  /** From this many items on it is worth while to follow a batch that has not ended. */
  readonly followFrom?: number;
}

/** A batch being filled, within its limits. */
export class TakenBatch<Item, Taken extends Waiting<Item>> {
  readonly entries: Taken[] = [];
  follows: FlightOfKeys | undefined;
  private readonly keys = new Set<Key>();
  private readonly limits: BatchLimits<Item>;
  private weight = 0;

  constructor(limits: BatchLimits<Item>) {
    this.limits = limits;
  }

  get isFull(): boolean {
    return this.weight >= this.limits.itemsMax;
  }

  get isWorthFollowing(): boolean {
    return this.weight >= (this.limits.followFrom ?? Number.POSITIVE_INFINITY);
  }

  accepts(entry: Taken, follows: FlightOfKeys | undefined, patient: boolean): boolean {
    const [first] = this.entries;
    if (!first) return true;
    if (follows !== this.follows) return false;
    if (entry.kind !== first.kind) return false;
    // Those that queue for a lock queue for one set of goods, so that nobody waits for strangers.
    const goods = entry.keys.filter((key) => typeof key === 'number');
    if (patient) return goods.every((key) => first.keys.includes(key));
    const added = goods.filter((key) => !this.keys.has(key)).length;
    return this.keys.size + added <= this.limits.keysMax;
  }

  add(entry: Taken, follows: FlightOfKeys | undefined): void {
    this.follows = follows;
    this.entries.push(entry);
    this.weight += this.limits.weightOf?.(entry.item) ?? 1;
    for (const key of entry.keys) if (typeof key === 'number') this.keys.add(key);
  }
}
