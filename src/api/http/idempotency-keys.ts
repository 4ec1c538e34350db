import { createHash } from 'node:crypto';
import { AppError, type Logger, messageOf } from '../../kernel/index.ts';
import type { Database } from '../../mysql/index.ts';
import { claimKeys, forgetKeys, KEYS_KEPT_DAYS, type KeyUse } from '../../orders/index.ts';

const FORGET_EVERY_MS = 600_000;
const FORGET_AT_ONCE = 5000;

interface Claim extends KeyUse {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Sees to it that a key means one thing only. What it means is done once anyway, because an order
 * id is; so a key needs no answer kept beside it. Claims of one turn go to the database together.
 */
export class IdempotencyKeys {
  private readonly database: Database;
  private readonly logger: Logger;
  private line: Claim[] = [];
  private readonly forgetting: NodeJS.Timeout;

  constructor(database: Database, logger: Logger) {
    this.database = database;
    this.logger = logger;
    this.forgetting = setInterval(() => this.forget(), FORGET_EVERY_MS).unref();
  }

  /** Rejects with `idempotency-conflict` when the key was used with another body. */
  async claim(key: string | undefined, body: unknown): Promise<void> {
    if (key === undefined) return;
    const content = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    await new Promise<void>((resolve, reject) => {
      this.line.push({ key, content, resolve, reject });
      if (this.line.length === 1) setImmediate(() => void this.send());
    });
  }

  close(): void {
    clearInterval(this.forgetting);
  }

  private async send(): Promise<void> {
    const claims = this.line;
    this.line = [];
    // Of two uses of one key in one turn the first counts, as it would between turns.
    const first = new Map<string, Claim>();
    for (const claim of claims) if (!first.has(claim.key)) first.set(claim.key, claim);
    try {
      const known = await claimKeys(this.database, [...first.values()]);
      for (const claim of claims) {
        if (known.get(claim.key) === claim.content) claim.resolve();
        else claim.reject(conflict(claim.key));
      }
    } catch (error) {
      for (const claim of claims) claim.reject(error);
    }
  }

  private forget(): void {
    forgetKeys(this.database, KEYS_KEPT_DAYS, FORGET_AT_ONCE).catch((error: unknown) => {
      this.logger.warn('old idempotency keys could not be forgotten; later', {
        error: messageOf(error),
      });
    });
  }
}

function conflict(key: string): AppError {
  return new AppError('idempotency-conflict', `the key ${key} was used with another body before`);
}
