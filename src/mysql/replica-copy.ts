import { AppError } from '../kernel/index.ts';
import type { Sql } from './database.ts';
import { migrationsRun, missingMigrations } from './migrate.ts';

/** A schema tells by when it was made whose copy it is. */
export async function assertCopy(primary: Sql, replica: Sql): Promise<void> {
  const [missing] = await missingMigrations(replica);
  if (missing !== undefined) {
    throw new AppError('replica-unfit', `the replica's schema lacks ${missing}`, {
      details: { missing },
    });
  }
  const [ours, its] = await Promise.all([migrationsRun(primary), migrationsRun(replica)]);
  if (JSON.stringify(ours) !== JSON.stringify(its)) {
    throw new AppError('replica-unfit', 'the replica is no copy of the primary: other migrations');
  }
}
