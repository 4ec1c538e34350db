import { AppError } from '../kernel/index.ts';
import type { LockBusy, LockUnreachable } from './lock.ts';

/**
 * - `expired`: its time ran out before it was renewed, such as in a paused process;
 * - `stolen`: the servers say that it is no longer ours;
 * - `unreachable`: its time ran out while too few servers answered;
 * - `max-hold`: it was held as long as a lock may be;
 * - `closed`, `released`: given back by this process.
 */
export type LossReason = 'expired' | 'stolen' | 'unreachable' | 'max-hold' | 'closed' | 'released';

const sentences: Readonly<Record<LossReason, string>> = {
  expired: 'its time ran out before it was renewed',
  stolen: 'the lock nodes say that it is no longer ours',
  unreachable: 'its time ran out while too few lock nodes answered',
  'max-hold': 'it was held as long as any lock may be',
  closed: 'the locks were closed',
  released: 'it was given back',
};

export function lockLost(
  names: readonly string[],
  fence: bigint,
  reason: LossReason,
  more: Readonly<Record<string, unknown>> = {},
): AppError {
  return new AppError(
    'lock-lost',
    `The lock on ${shown(names)} is not held: ${sentences[reason]}; write nothing more under it`,
    { retryable: true, details: { names, fence: fence.toString(), reason, ...more } },
  );
}

export function notHeld(names: readonly string[], answer: LockBusy | LockUnreachable): AppError {
  if (answer.kind === 'busy') {
    return new AppError(
      'lock-busy',
      `The lock on ${shown(names)} was asked for, but ${shown(answer.names)} stayed busy; ` +
        'try later',
      {
        retryable: true,
        details: { names, busy: answer.names, retryAfterMs: answer.retryAfterMs },
      },
    );
  }
  return lockUnreachable(names, answer.reason);
}

export function lockUnreachable(names: readonly string[], reason: string): AppError {
  return new AppError(
    'lock-unreachable',
    `The lock on ${shown(names)} was asked for, but too few lock nodes answered: ${reason}`,
    { retryable: true, details: { names, reason } },
  );
}

export function lockAborted(names: readonly string[], cause: unknown): AppError {
  return new AppError('lock-aborted', `The wait for the lock on ${shown(names)} was called off`, {
    cause,
    details: { names },
  });
}

export function locksClosed(): AppError {
  return new AppError('locks-closed', 'A lock was asked for after the locks were closed');
}

function shown(names: readonly string[]): string {
  const first = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${first} and ${names.length - 5} more` : first;
}
