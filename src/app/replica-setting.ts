import { databaseAddress } from '../mysql/index.ts';
import type { Settings } from './settings.ts';
import { checkDatabaseName } from './tls-setting.ts';

export interface ReplicaSetting {
  /** Null: the primary answers those who look as well. */
  readonly replicaUrl: string | null;
  readonly notes: readonly string[];
}

export function replicaFrom(
  from: Settings,
  name: string,
  databaseUrl: string,
  problems: string[],
): ReplicaSetting {
  const none = { replicaUrl: null, notes: [] };
  if (from.text(name) === undefined) return none;
  const url = from.url(name, ['mysql', 'mysqls'], undefined);
  if (url === '' || databaseUrl === '') return none;
  checkDatabaseName(name, url, problems);
  if (databaseAddress(url) !== databaseAddress(databaseUrl)) return { replicaUrl: url, notes: [] };
  const note = `${name} names the primary itself: it answers all reads, as without this setting`;
  return { ...none, notes: [note] };
}
