import { AppError } from '../kernel/index.ts';
import type { LockOptions } from './lock.ts';
import type { WaitAsk } from './lock-backend.ts';

/** No lock of this room may live longer: a node that restarted is not counted for so long. */
export function callOptions(options: LockOptions | number, longestMs: number): WaitAsk {
  const given = typeof options === 'number' ? { ttlMs: options } : options;
  const { ttlMs = longestMs } = given;
  if (Number.isInteger(ttlMs) && ttlMs > 0 && ttlMs <= longestMs) return { ...given, ttlMs };
  throw new AppError(
    'lock-options-invalid',
    `A lock was asked for with the ttlMs ${ttlMs}, allowed are whole milliseconds from 1 to ` +
      `${longestMs}, the ttlMs of createLocks`,
    { details: { field: 'ttlMs', found: ttlMs } },
  );
}
