import { Metadata, status } from '@grpc/grpc-js';
import { AppError, isRetryable } from '../../kernel/index.ts';

/** What a call answers: its value, or why it was not carried out. */
export type Answer<Value> = { readonly value: Value } | Refusal;

export interface Refusal {
  /** Stable, the same as at every other door. */
  readonly code: string;
  readonly status: status;
  readonly message: string;
}

/** Beside the status, which is coarse, a refusal carries its code under this name. */
const CODE_KEY = 'holdfast-code';

export function refused(code: string, kind: status, message: string): Refusal {
  return { code, status: kind, message };
}

/** An error as an answer. What was not foreseen says nothing of itself to the outside. */
export function failureOf(error: unknown): Refusal {
  if (error instanceof AppError && error.code === 'invalid-input') {
    return refused(error.code, status.INVALID_ARGUMENT, error.message);
  }
  if (error instanceof AppError && isRetryable(error)) {
    return refused(error.code, status.UNAVAILABLE, 'this passes; try again in a moment');
  }
  return refused('unexpected', status.INTERNAL, 'the call could not be carried out');
}

/** A refusal as gRPC sends it. */
export function statusOf({ code, status: kind, message }: Refusal) {
  const metadata = new Metadata();
  metadata.set(CODE_KEY, code);
  return { code: kind, details: message, metadata };
}
