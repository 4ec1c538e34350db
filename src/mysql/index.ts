export {
  type Database,
  type DatabaseOptions,
  openDatabase,
  type PoolState,
  type Sql,
  type SqlValue,
} from './database.ts';
export { type DatabaseFacts, databaseFacts } from './database-facts.ts';
export {
  type MigrationReport,
  migrateDown,
  migrateUp,
  missingMigrations,
  pendingMigrations,
} from './migrate.ts';
export { databaseAddress } from './driver-settings.ts';
export { type Aged, type Reads, readsOfPrimary } from './reads.ts';
export { BEHIND_MS, ReplicaReads, type ReplicaOptions } from './replica-reads.ts';
export { PinnedSession } from './pinned-session.ts';
export { together } from './one-trip.ts';
export { readJson, sameRows } from './rows.ts';
export { readServerSettings, type ServerSettings, unreadableOf } from './server-settings.ts';
export { databaseError, failureOf, isFailure, type SqlFailure } from './sql-error.ts';
