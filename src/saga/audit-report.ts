/** One thing that does not add up. */
export interface Difference {
  /** Which check found it; docs/reference/audit.md says what each means and what to do. */
  readonly check: string;
  readonly goodsId?: number;
  readonly orderId?: string;
  readonly expected: number | string;
  readonly found: number | string;
  readonly text: string;
}

export interface AuditReport {
  readonly balanced: boolean;
  /** The database's time of the one moment that was looked at. */
  readonly checkedAt: string;
  /** How many of each were looked at. */
  readonly goods: number;
  readonly orders: number;
  readonly movements: number;
  readonly units: Units;
  readonly differences: readonly Difference[];
  /** There are more differences than are listed. */
  readonly cut: boolean;
}

export interface Units {
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  readonly received: number;
}

/** Differences as they are found, up to a bound: thoroughly broken books must not fill memory. */
export class Findings {
  readonly differences: Difference[] = [];
  cut = false;
  private readonly max: number;

  constructor(max: number) {
    this.max = max;
  }

  /** How many rows a check may ask for: one more than fits tells that there are more. */
  get room(): number {
    return this.max - this.differences.length + 1;
  }

  add(found: readonly Difference[]): void {
    for (const difference of found) {
      if (this.differences.length < this.max) this.differences.push(difference);
      else this.cut = true;
    }
  }
}
