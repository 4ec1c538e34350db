import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import {
  AppError,
  backoffMs,
  isRetryable,
  messageOf,
  type Random,
  redactText,
} from '../kernel/index.ts';

/** A job as a handler sees it. */
export interface Delivery {
  readonly jobId: string;
  readonly jobName: string;
  readonly payload: unknown;
  /** 1 at the first delivery. */
  readonly attempt: number;
}

/** One that was taken along with others, and what it takes to end it. */
export interface JobAlong extends Delivery {
  readonly token: string;
  /** Those of its producer, as they lie in Redis. */
  readonly options: string;
  readonly bytes: number;
}

/** Thrown by a handler to have the same job delivered again at a later moment. */
export class LookAgain extends Error {
  override readonly name = 'LookAgain';
  readonly delayMs: number;

  constructor(delayMs: number) {
    super(`to be looked at again in ${delayMs} ms`);
    this.delayMs = delayMs;
  }
}

const BACKOFF = { firstMs: 500, capMs: 60_000 };

export function deliveryOf(job: Job): Delivery {
  return {
    jobId: job.id ?? '',
    jobName: job.name,
    payload: job.data,
    attempt: Math.max(job.attemptsStarted, 1),
  };
}

/**
 * Decides what a failed delivery means for its job. What may pass is delivered again later, with
 * back-off, whatever `attempts` the producer gave: a plain `queue.add` must not lose an order to
 * a database that restarts. Everything else fails at once and keeps its reason.
 */
export async function afterFailure(
  job: Job,
  token: string | undefined,
  error: unknown,
  random: Random,
  wallMs: () => number,
): Promise<never> {
  if (error instanceof LookAgain || isRetryable(error) || !(error instanceof AppError)) {
    const delayMs =
      error instanceof LookAgain
        ? error.delayMs
        : backoffMs(job.attemptsStarted - 1, BACKOFF, random);
    await job.moveToDelayed(wallMs() + delayMs, token);
    throw new DelayedError();
  }
  throw new UnrecoverableError(redactText(`${error.code}: ${messageOf(error)}`).slice(0, 500));
}
