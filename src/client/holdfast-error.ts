/** One value that was not what is allowed. */
export interface Problem {
  /** Where, such as `lines[2].quantity`. */
  readonly field: string;
  readonly value: string;
  readonly allowed: string;
}

export interface HoldfastErrorFacts {
  /** The HTTP status, when a server has answered. */
  readonly status?: number;
  readonly retryable?: boolean;
  readonly problems?: readonly Problem[];
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * What every call of a client fails with. The codes are those of docs/reference/errors.md, from
 * whichever side they come. It knows nothing of the rooms below, so that a program which imports
 * the client needs none of their types.
 */
export class HoldfastError extends Error {
  readonly code: string;
  /** The HTTP status; null when no server has answered. */
  readonly status: number | null;
  /** The same call, made again, can succeed. It is safe: every call happens once. */
  readonly retryable: boolean;
  /** Each bad value of what was asked. */
  readonly problems: readonly Problem[];
  /** The facts, such as `short` for goods that are not there. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, facts: HoldfastErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'HoldfastError';
    this.code = code;
    this.status = facts.status ?? null;
    this.retryable = facts.retryable ?? false;
    this.problems = facts.problems ?? [];
    this.details = facts.details ?? {};
  }
}

/** Something asked for in a way that can be seen to be wrong before anything is sent. */
export function wrongInput(field: string, value: string, allowed: string): HoldfastError {
  return new HoldfastError('invalid-input', `${field} is ${value}, allowed is ${allowed}`, {
    problems: [{ field, value, allowed }],
  });
}
