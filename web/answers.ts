/** What the server answers, as far as the console looks at it. */
export interface Stock {
  readonly goodsId: number;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  readonly received: number;
  readonly version: number;
  /** Units that orders never reserve, and what they leave; only where somebody has said so. */
  readonly safety?: number;
  readonly forSale?: number;
  readonly lowAt?: number;
  readonly backAt?: number;
}

export interface Second {
  readonly at: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly batches: number;
  readonly events: number;
  readonly largest: number;
  readonly lockWaitMs: number;
  readonly lockRounds: number;
  readonly lockBusy: number;
}

export interface Health {
  readonly ok: boolean;
  readonly ms: number;
  readonly error?: string;
  readonly [fact: string]: unknown;
}

/** Each part is null while its server cannot be asked. */
export interface Now {
  readonly role: string;
  readonly at: number;
  readonly health: {
    readonly ready: boolean;
    readonly degraded: boolean;
    readonly checks: Readonly<Record<string, Health>>;
  };
  readonly queues: readonly QueueDepth[] | null;
  readonly workers: Readonly<Record<string, number>> | null;
  readonly states: {
    readonly counts: Readonly<Record<string, number>>;
    readonly most: number;
  } | null;
  readonly books: { readonly openHolds: number } | null;
  readonly ending:
    | readonly {
        readonly withinSeconds: number | null;
        readonly orders: number;
        readonly units: number;
      }[]
    | null;
  readonly stock: StockOverview['sums'] | null;
  readonly owed: OwedCounts | null;
  readonly audit: {
    readonly balanced: boolean;
    readonly differences: number;
    readonly at: string;
  } | null;
  /** Of all processes; not shared: of the one that answers alone. */
  readonly pulse: { readonly isShared: boolean; readonly processes: number };
  readonly seconds: readonly Second[];
}

export interface QueueDepth {
  readonly queue: string;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
}

export interface OwedCounts {
  readonly stuck: number;
  readonly refunds: number;
  readonly letters: number;
  readonly deadNotices: number;
  readonly most: number;
}

export interface Owed {
  readonly error?: string;
  readonly counts: OwedCounts;
  readonly stuck: readonly {
    readonly orderId: string;
    readonly state: string;
    readonly dueAt: string;
    readonly attempts: number;
  }[];
  readonly refunds: readonly {
    readonly paymentId: string;
    readonly orderId: string;
    readonly reason: string | null;
    readonly amount: number | null;
    readonly currency: string | null;
    readonly at: string;
  }[];
  readonly letters: readonly {
    readonly id: number;
    readonly source: string;
    readonly code: string;
    readonly message: string;
    readonly orderId: string | null;
    readonly times: number;
    readonly at: string;
  }[];
}

export interface StockOverview {
  readonly error?: string;
  readonly sums: {
    readonly goods: number;
    readonly out: number;
    readonly available: number;
    readonly held: number;
    readonly sold: number;
  };
  readonly fewest: readonly Stock[];
  readonly mostHeld: readonly Stock[];
}

export interface Movement {
  readonly goodsId: number;
  readonly version: number;
  readonly kind: string;
  readonly quantity: number;
  readonly orderId?: string | null;
  readonly hold: number | null;
  readonly fence: string | null;
  readonly reason?: string | null;
  readonly at: string;
}

export interface OrderLine {
  readonly goodsId: number;
  readonly quantity: number;
}

export interface OrderSummary {
  readonly orderId: string;
  readonly state: string;
  readonly lines: readonly OrderLine[];
  readonly placedAt: string;
  readonly expiresAt: string | null;
  readonly reason?: string;
  readonly buyerId?: string;
  readonly amount?: number;
  readonly currency?: string;
}

export interface OrderView extends OrderSummary {
  readonly holdSeconds: number;
  readonly short?: readonly {
    readonly goodsId: number;
    readonly requested: number;
    readonly available: number;
  }[];
  readonly archived?: boolean;
  readonly payments: readonly {
    readonly paymentId: string;
    readonly state: string;
    readonly reason?: string;
    readonly amount?: number;
    readonly currency?: string;
    readonly at: string;
  }[];
  readonly history: readonly {
    readonly step: number;
    readonly event: string;
    readonly from: string | null;
    readonly to: string;
    readonly cause: string;
    readonly attempt: number;
    readonly at: string;
  }[];
}

export interface Notice {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly state: string;
  readonly at: string;
  readonly attempts: number;
  readonly nextAt: string | null;
  readonly deliveredAt: string | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
}

export interface OrderTraces {
  readonly movements: readonly Movement[];
  readonly notices: readonly Notice[];
  readonly acts: readonly {
    readonly id: number;
    readonly act: string;
    readonly actor: string;
    readonly reason: string;
    readonly result: string | null;
    readonly at: string;
  }[];
}
