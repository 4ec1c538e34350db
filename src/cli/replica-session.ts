import type { Config } from '../app/index.ts';
import { systemClock, systemRandom } from '../kernel/index.ts';
import type { ReplicaReads, Sql } from '../mysql/index.ts';
import { quietLogger } from './error-text.ts';

/** Reads that one command has from the replica; null where none was named. */
export async function replicaReads(
  { replicaUrl, databaseUrl, tls }: Config,
  primary: Sql,
): Promise<ReplicaReads | null> {
  if (replicaUrl === null) return null;
  const { ReplicaReads: Opened } = await import('../mysql/index.ts');
  return new Opened({
    url: replicaUrl,
    primary,
    primaryUrl: databaseUrl,
    tls,
    logger: quietLogger,
    clock: systemClock,
    random: systemRandom,
  });
}
