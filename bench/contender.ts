import type { BenchSizes } from './bench-sizes.ts';
import type { CpuSeconds } from './cpu-clock.ts';
import type { QueueTraffic } from './queue-traffic.ts';

export interface Contender<Size extends string = keyof BenchSizes> {
  readonly name: string;
  /** Those of one size are measured with equally many orders. */
  readonly size: Size;
  readonly measure: (orders: number) => Promise<Sample>;
}

/** One measurement of one contender. */
export interface Sample {
  readonly orders: number;
  readonly seconds: number;
  readonly cpu: CpuSeconds | null;
  readonly latencyMs?: Percentiles;
  readonly books?: Books;
  readonly batches?: BatchCounts;
  readonly queues?: QueueTraffic;
}

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

export interface Books {
  /** Units promised beyond those that were there. */
  readonly oversold: number;
  /** Units that no order has and that are not for sale either. */
  readonly leaked: number;
}

export interface BatchCounts {
  readonly batches: number;
  readonly events: number;
  readonly lockRounds: number;
  readonly retries: number;
  /** What the server was asked by others than the driver. */
  readonly statements: number;
}

export function perSecond({ orders, seconds }: Sample): number {
  return orders / seconds;
}
