import { AppError } from '../kernel/index.ts';
import type { LockBusy, LockUnreachable, NodeTrouble } from './lock.ts';
import { type LossReason, lossSentences } from './lock-loss.ts';

export function lockLost(
  names: readonly string[],
  fence: bigint,
  reason: LossReason,
  more: Readonly<Record<string, unknown>> = {},
): AppError {
  return new AppError(
    'lock-lost',
    `The lock on ${shown(names)} is not held: ${lossSentences[reason]}; ` +
      'write nothing more under it',
    { retryable: true, details: { names, fence: fence.toString(), reason, ...more } },
  );
}

/** `waitMs`: for how long the names were waited for; 0 when they were only tried. */
export function notHeld(
  names: readonly string[],
  answer: LockBusy | LockUnreachable,
  waitMs: number | undefined,
): AppError {
  if (answer.kind === 'unreachable') return lockUnreachable(names, answer.reason, answer.nodes);
  const facts = {
    retryable: true,
    details: { names, busy: answer.names, retryAfterMs: answer.retryAfterMs },
  };
  const busy = shown(answer.names);
  return waitMs === 0
    ? new AppError('lock-busy', `The lock on ${shown(names)} is not free: ${busy} is busy`, facts)
    : new AppError(
        'lock-timed-out',
        `The lock on ${shown(names)} was waited for in vain: ${busy} stayed busy for ${waitMs} ms`,
        facts,
      );
}

export function lockUnreachable(
  names: readonly string[],
  reason: string,
  nodes: readonly NodeTrouble[],
): AppError {
  return new AppError(
    'lock-unreachable',
    `The lock on ${shown(names)} was asked for, but too few lock nodes answered: ${reason}`,
    { retryable: true, details: { names, reason, nodes } },
  );
}

/** The answer of a backend that could not ask. */
export function notReached(reason: string, nodes: readonly NodeTrouble[] = []): LockUnreachable {
  return { kind: 'unreachable', reason, nodes };
}

export function lockAborted(names: readonly string[], cause: unknown): AppError {
  return new AppError('lock-aborted', `The wait for the lock on ${shown(names)} was called off`, {
    cause,
    details: { names },
  });
}

/** More names than the enclosing lock has cannot be added to it: two who did so could deadlock. */
export function lockNotReentrant(names: readonly string[], held: readonly string[]): AppError {
  return new AppError(
    'lock-not-reentrant',
    `The lock on ${shown(names)} was asked for inside of the one on ${shown(held)}; allowed is ` +
      'to ask for names of that lock, with a fence that it has, or for none of them',
    { details: { names, held } },
  );
}

/** Somewhere else, or after a restart, it may be had: nothing is wrong with what wanted it. */
export function locksClosed(): AppError {
  return new AppError('locks-closed', 'A lock was asked for after the locks were closed', {
    retryable: true,
  });
}

function shown(names: readonly string[]): string {
  const first = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${first} and ${names.length - 5} more` : first;
}
