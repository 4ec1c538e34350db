import { AppError, millisOfIso } from '../kernel/index.ts';

/** How far back to begin: so long ago, or at a moment. */
export type Age = { readonly days: number } | { readonly atMs: number };

const DAY_MS = 86_400_000;
const DAYS_MAX = 36_500;
const ALLOWED = 'an age in days such as 90d, or an ISO date such as 2026-08-01';

/** Reads `90d`, `2026-08-01` or `2026-08-01T12:00:00Z`; whatever else it is, is refused. */
export function ageIn(text: string | undefined): Age {
  const days = /^([1-9]\d{0,4})d$/.exec(text ?? '')?.[1];
  if (days !== undefined && Number(days) <= DAYS_MAX) return { days: Number(days) };
  if (text !== undefined && /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/.test(text)) {
    return { atMs: millisOfIso(text, 'before') };
  }
  const found = text === undefined ? 'nothing' : JSON.stringify(text);
  throw new AppError('invalid-input', `before is ${found}, allowed is ${ALLOWED}`, {
    details: { field: 'before' },
  });
}

/**
 * What is less than a day old is still spoken of: queues and payment providers send again, and
 * people look. So it is never archived, whatever was asked for.
 */
export function cutoffOf(age: Age, nowMs: number): number {
  if ('days' in age) return nowMs - age.days * DAY_MS;
  if (age.atMs <= nowMs - DAY_MS) return age.atMs;
  throw new AppError(
    'invalid-input',
    'before is less than a day ago, allowed is a day or more: younger things are still sent ' +
      'again by queues and payment providers, and looked at by people',
    { details: { field: 'before' } },
  );
}
