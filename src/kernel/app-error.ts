/** What a caller can act on: a stable code, the facts, and whether trying again can help. */
export interface ErrorFacts {
  /** Trying the same thing again can succeed. Default: false. */
  readonly retryable?: boolean;
  /** The facts behind the message, free of secrets and personal data. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * The one error class of Holdfast. Codes are listed in docs/reference/errors.md (a test holds
 * the list to the code) and are never used again for something else.
 *
 * Expected outcomes (sold out, already paid) are values, not errors.
 */
export class AppError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryable = facts.retryable ?? false;
    this.details = facts.details ?? {};
  }
}

export function isRetryable(error: unknown): boolean {
  return error instanceof AppError && error.retryable;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function codeOf(error: unknown): string {
  if (error instanceof AppError) return error.code;
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'unexpected';
}
