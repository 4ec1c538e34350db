import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { Cache } from '../../cache/index.ts';
import type { GoodsCache } from '../../catalogue/index.ts';
import type { Clock, Logger } from '../../kernel/index.ts';
import type { Uploads } from '../../media/index.ts';
import type { Database, Reads } from '../../mysql/index.ts';
import type { QueueName } from '../../queues/index.ts';
import type { AuditReport, Saga } from '../../saga/index.ts';
import type { Role } from '../access.ts';

/** What the doors need of the process they are doors of. */
export interface HttpParts {
  readonly doors: HttpDoors;
  readonly database: Database;
  /** Of the catalogue, past the cache. */
  readonly reads: Reads;
  readonly saga: Saga;
  readonly cache: Cache;
  readonly goods: GoodsCache;
  readonly uploads: Uploads;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly ops: OpsDoors;
  /** How full the queues are, for those who watch. */
  readonly queueCounts: () => Promise<readonly object[]>;
  /** Puts jobs in again whose dead letters somebody wants to be tried once more. */
  readonly enqueue: (queue: QueueName, payloads: readonly unknown[]) => Promise<void>;
}

export interface HttpDoors {
  readonly bind: string;
  readonly httpPort: { readonly number: number; readonly isChosen: boolean };
  readonly rateLimit: number;
  readonly tokens: Readonly<Record<Role, readonly string[]>>;
  readonly paymentSecrets: readonly string[];
}

/** What is shown of the running system, made elsewhere. */
export interface OpsDoors {
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
  readiness(): Promise<{ readonly ready: boolean }>;
  auditSeen(report: AuditReport): void;
  /** What the console shows; asked as often as anybody likes. */
  readonly overview: {
    now(since: number): Promise<object>;
    stock(): Promise<object>;
    owed(): Promise<object>;
    /** Somebody acted, and looks next at what came of it. */
    acted(): void;
  };
  board(mayAct: (request: FastifyRequest) => boolean): FastifyPluginAsync;
}

export const VIA = { cause: 'http', attempt: 1 } as const;
