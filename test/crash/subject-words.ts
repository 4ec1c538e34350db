import type { QueueName } from '../../src/queues/index.ts';
import type { SagaEvent } from '../../src/saga/index.ts';

/** How a subject is to be put together; its settings are those of any worker process. */
export interface SubjectSettings {
  readonly environment: Readonly<Record<string, string>>;
  readonly queues: readonly QueueName[];
  readonly concurrency: number;
  readonly receiver: { readonly url: string; readonly secrets: readonly string[] };
}

export type LockStep = 'acquire' | 'renew' | 'release';

/** What a subject is asked to do. */
export type Ask =
  /** Every connection is made and greeted, so that no hello falls into what is numbered. */
  | { readonly kind: 'warm-up' }
  /** Takes jobs. */
  | { readonly kind: 'work' }
  /** As the HTTP door does. */
  | { readonly kind: 'advance'; readonly event: SagaEvent }
  /** As the command line does with a cancelled order of a shop: one look at what is due. */
  | { readonly kind: 'sweep' }
  | { readonly kind: 'lock'; readonly step: LockStep; readonly name: string }
  | { readonly kind: 'deliver' }
  /** Sweeps and delivers as a worker process always does; off before anything is numbered. */
  | { readonly kind: 'patrol'; readonly on: boolean };

export type Asked = Ask & { readonly id: number };

/** What a subject says of a lock of its own. */
export interface LockBelief {
  readonly holds: boolean;
  readonly fence: bigint;
}

export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly value?: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: string };
