import type { Check } from './health-check.ts';
import type { Reading } from './reading.ts';
import type { DatabaseState } from './readings.ts';

export interface DatabaseHealth extends Check {
  readonly version?: string;
  /** `up to date`, or what it lacks. */
  readonly schema?: string;
}

export async function databaseHealth(reading: Reading<DatabaseState>): Promise<DatabaseHealth> {
  const found = await reading.read();
  if (!found.ok) return found;
  const { ms, value } = found;
  const { version, missing } = value;
  if (missing.length === 0) return { ok: true, ms, version, schema: 'up to date' };
  const schema = `pending: ${missing.join(', ')}`;
  return { ok: false, ms, version, schema, error: 'the schema is behind; run: holdfast migrate' };
}
