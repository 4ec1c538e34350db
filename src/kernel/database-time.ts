import { DateTime } from 'luxon';

/**
 * A moment as the database writes it, in UTC: `2026-11-20 12:00:00.000000`. Kept as text, because
 * it is the database's clock that counts, and to the microsecond.
 */
export type DatabaseTime = string;

const FORMAT = 'yyyy-MM-dd HH:mm:ss';

const REMEMBERED_MAX = 1000;
const remembered = new Map<string, DatabaseTime>();

/** Remembers: a batch asks for the same few moments hundreds of times, and parsing is dear. */
export function secondsAfter(time: DatabaseTime, seconds: number): DatabaseTime {
  const key = `${time}+${seconds}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const whole = DateTime.fromFormat(time.slice(0, 19), FORMAT, { zone: 'utc' });
  const later = whole.plus({ seconds }).toFormat(FORMAT) + time.slice(19);
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(key, later);
  return later;
}

export function millisOf(time: DatabaseTime): number {
  return DateTime.fromSQL(time, { zone: 'utc' }).toMillis();
}

export function databaseTimeOf(millis: number): DatabaseTime {
  return DateTime.fromMillis(millis, { zone: 'utc' }).toFormat(`${FORMAT}.SSS`);
}

export function isoOf(time: DatabaseTime): string {
  return `${time.replace(' ', 'T')}Z`;
}
