import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AppError, messageOf } from '../kernel/index.ts';
import { type DatabaseOptions, openKnex, type Sql } from './database.ts';
import { databaseError, isFailure } from './sql-error.ts';

const FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url));
const TABLE = 'knex_migrations';
const CONFIG = { directory: FOLDER, loadExtensions: ['.js'], tableName: TABLE };

export interface MigrationReport {
  /** Names of the migrations that ran now. */
  readonly ran: readonly string[];
}

const NEVER = 0;
/** One change of a large table may be silent for this long. */
const CHANGE_MS = 3_600_000;

/** Brings the schema up to date; several processes may ask at once, one does it. */
export async function migrateUp(options: DatabaseOptions): Promise<MigrationReport> {
  // What most starts find; it needs no turn of its own.
  if ((await pendingMigrations(options)).length === 0) return { ran: [] };
  return await alone(options, async (knex) => {
    const [, names] = (await knex.migrate.latest(CONFIG)) as [number, string[]];
    return { ran: names };
  });
}

/** Takes everything back, to an empty database. */
export async function migrateDown(options: DatabaseOptions): Promise<MigrationReport> {
  return await alone(options, async (knex) => {
    const [, names] = (await knex.migrate.rollback(CONFIG, true)) as [number, string[]];
    return { ran: names };
  });
}

/**
 * Names of migrations that this code has and the database has not. Only reads: Knex's own list
 * makes its tables when they are missing, and two processes that start together then collide.
 */
export async function pendingMigrations(options: DatabaseOptions): Promise<readonly string[]> {
  const knex = openKnex({ ...options, poolSize: 1 });
  try {
    const known = (await knex.schema.hasTable(TABLE))
      ? await knex.select<{ name: string }[]>('name').from(TABLE)
      : [];
    return await notAmong(known);
  } catch (error) {
    throw databaseError(error);
  } finally {
    await knex.destroy();
  }
}

/** The same over a connection that is open already, for those who ask again and again. */
export async function missingMigrations(sql: Sql): Promise<readonly string[]> {
  const [found] = await sql.rows<{ tables: number }>(
    `SELECT COUNT(*) AS tables FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_name = ?`,
    [TABLE],
  );
  return await notAmong(
    found?.tables === 1 ? await sql.rows<{ name: string }>(`SELECT name FROM ${TABLE}`) : [],
  );
}

/** Each with the second in which it ran, which no two databases share. */
export async function migrationsRun(sql: Sql): Promise<readonly object[]> {
  return await sql.rows(`SELECT name, migration_time AS ran FROM ${TABLE} ORDER BY id`);
}

async function notAmong(known: readonly { readonly name: string }[]): Promise<readonly string[]> {
  const ran = new Set(known.map(({ name }) => name));
  return (await readdir(FOLDER))
    .filter((name) => name.endsWith('.js') && !ran.has(name))
    .toSorted();
}

async function alone<T>(
  options: DatabaseOptions,
  work: (knex: ReturnType<typeof openKnex>) => Promise<T>,
): Promise<T> {
  const guard = openKnex({ ...options, poolSize: 1, silenceMs: NEVER });
  const knex = openKnex({ ...options, poolSize: 2, silenceMs: CHANGE_MS });
  try {
    // The transaction writes nothing. It keeps the pool from closing the connection, and with it
    // the named lock, while a long migration leaves it idle.
    return await guard.transaction(async (turn) => {
      await takeTurn(turn);
      // Our named lock says that no other migration is alive, so a lock row that a killed one
      // left behind can go: Knex itself would wait for it for ever.
      await knex.migrate.forceFreeMigrationsLock(CONFIG);
      return await work(knex);
    });
  } catch (error) {
    const known = databaseError(error);
    if (!isFailure(known, 'broken', 'data')) throw known;
    throw new AppError('migration-failed', `the schema could not be changed: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    await knex.destroy();
    await guard.destroy(); // and with its connection, the named lock
  }
}

async function takeTurn(guard: ReturnType<typeof openKnex>): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) {
    const [rows] = (await guard.raw("SELECT GET_LOCK('holdfast-migrate', 10) AS got")) as [
      { got: number | null }[],
    ];
    if (rows[0]?.got === 1) return;
  }
  throw new AppError('migration-busy', 'another process has been migrating for two minutes', {
    retryable: true,
  });
}
