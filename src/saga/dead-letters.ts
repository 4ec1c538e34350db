import { createHash } from 'node:crypto';
import { codeOf, messageOf } from '../kernel/index.ts';
import type { Database } from '../mysql/index.ts';
import { insertDeadLetter } from './dead-letter-store.ts';
import { isStockEvent, orderIdOf, type SagaEvent } from './event.ts';
import type { SagaStats } from './saga-stats.ts';

/** Something that could not be done and never will be without a person. */
export interface DeadLetter {
  /** Where it came from: a queue's name, or the kind of an event. */
  readonly source: string;
  readonly code: string;
  readonly message: string;
  readonly orderId: string | null;
  readonly payload: unknown;
}

const PAYLOAD_MAX = 64 * 1024;

/** Keeps what failed for good, once each, however often it is delivered. */
export class DeadLetters {
  private readonly database: Database;
  private readonly stats: Pick<SagaStats, 'deadLetters'>;

  constructor(database: Database, stats: Pick<SagaStats, 'deadLetters'>) {
    this.database = database;
    this.stats = stats;
  }

  async bury({ source, code, message, orderId, payload }: DeadLetter): Promise<void> {
    const text = payloadText(payload);
    await insertDeadLetter(this.database, {
      fingerprint: createHash('sha256').update(`${source}\n${code}\n${text}`).digest('hex'),
      source,
      code,
      message: message.slice(0, 1000),
      orderId,
      payload: text,
    });
    this.stats.deadLetters += 1;
  }

  async buryEvent(event: SagaEvent, error: unknown): Promise<void> {
    const { via: _via, ...payload } = event;
    await this.bury({
      source: event.kind,
      code: codeOf(error),
      message: messageOf(error),
      orderId: isStockEvent(event) ? null : orderIdOf(event),
      payload,
    });
  }
}

function payloadText(payload: unknown): string {
  const text = JSON.stringify(payload) ?? 'null';
  if (text.length <= PAYLOAD_MAX) return text;
  return JSON.stringify({ cut: text.slice(0, PAYLOAD_MAX), length: text.length });
}
