export interface Sent {
  readonly orderId: string;
  /** Null when there was no answer at all. */
  readonly status: number | null;
  /** When it was sent, counted from the beginning of the load. */
  readonly atMs: number;
  /** How long its answer took. */
  readonly ms: number;
}

export interface SteadyLoadOptions {
  /** Begins every order id. */
  readonly name: string;
  readonly perSecond: number;
  readonly forMs: number;
  /** Places the order of this number; answers the status. */
  readonly place: (orderId: string, index: number) => Promise<number>;
}

/** Places orders at an even pace, whatever becomes of those before, as a crowd does. */
export class SteadyLoad {
  readonly sent: Sent[] = [];
  /** The last order has been sent, and all are answered. */
  readonly done: Promise<void>;
  private readonly options: SteadyLoadOptions;
  private readonly startedAt = performance.now();

  constructor(options: SteadyLoadOptions) {
    this.options = options;
    this.done = this.run();
  }

  get lastedMs(): number {
    return performance.now() - this.startedAt;
  }

  private async run(): Promise<void> {
    const { perSecond, forMs } = this.options;
    const underWay: Promise<void>[] = [];
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const due = Math.floor((Math.min(this.lastedMs, forMs) * perSecond) / 1000);
        while (underWay.length < due) underWay.push(this.send(underWay.length));
        if (this.lastedMs < forMs) return;
        clearInterval(timer);
        resolve();
      }, 10);
    });
    await Promise.all(underWay);
  }

  private async send(index: number): Promise<void> {
    const sentAt = performance.now();
    const orderId = `${this.options.name}-${index}`;
    // One that gets no answer counts as such; the test looks at how many there are.
    const status = await this.options.place(orderId, index).catch(() => null);
    const atMs = sentAt - this.startedAt;
    this.sent.push({ orderId, status, atMs, ms: performance.now() - sentAt });
  }
}
