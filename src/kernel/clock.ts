import { DateTime } from 'luxon';
import { AppError } from './app-error.ts';

/**
 * The only source of time in a process. What time it is in the shop, and so whether an order is
 * due, is never asked here: that is the database's clock.
 */
export interface Clock {
  now(): DateTime;
  /** Milliseconds since 1970; jumps when the machine's clock is set. */
  wallMs(): number;
  /** Milliseconds since some moment; never jumps, but stands still while the machine sleeps. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => DateTime.utc(),
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** A clock that moves only when told to, for tests. */
export class ManualClock implements Clock {
  private wall: number;
  private monotonic = 0;

  constructor(wallMs = 1_700_000_000_000) {
    this.wall = wallMs;
  }

  now(): DateTime {
    return DateTime.fromMillis(this.wall, { zone: 'utc' });
  }

  wallMs(): number {
    return this.wall;
  }

  monotonicMs(): number {
    return this.monotonic;
  }

  advance(ms: number): void {
    this.wall += ms;
    this.monotonic += ms;
  }

  /** Somebody set the machine's clock: only the wall jumps. */
  jump(ms: number): void {
    this.wall += ms;
  }
}

export function millisOfIso(text: string, field: string): number {
  const time = DateTime.fromISO(text, { zone: 'utc' });
  if (time.isValid) return time.toMillis();
  throw new AppError('invalid-input', `${field} is ${text}, allowed is a time that exists`, {
    details: { field },
  });
}
