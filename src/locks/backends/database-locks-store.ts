import type { PinnedSession } from '../../mysql/index.ts';

export interface DatabaseAsk {
  /** As the server knows the locks, and the same ones as rows of lock_fences. */
  readonly keys: readonly string[];
  readonly rows: readonly string[];
  readonly candidate: number;
  /** For all of them together; 0 does not wait. */
  readonly waitMs: number;
  /** For how long the server keeps them when nothing is heard of us; without them, as before. */
  readonly silence: { readonly seconds: number; readonly otherwise: number };
}

export type DatabaseAnswer =
  | { readonly kind: 'granted'; readonly fence: bigint }
  /** Indexes of those that another session has. */
  | { readonly kind: 'busy'; readonly busy: readonly number[] };

export interface KeySeen {
  readonly isHeld: boolean;
  readonly fence: bigint | null;
}

/**
 * Says that the server shall end this session, and with it its locks, when nothing is heard of us
 * for so long: named locks have no time of their own. Answers whether waits can be given in parts
 * of a second.
 */
export async function endWhenSilent(
  session: PinnedSession,
  seconds: number,
  withinMs: number,
): Promise<{ readonly knowsFractions: boolean }> {
  const [, [row]] = await session.query<[unknown, [{ version: string }]]>(
    'SET SESSION wait_timeout = ?; SELECT VERSION() AS version',
    [seconds],
    withinMs,
  );
  return { knowsFractions: /mariadb/i.test(row.version) };
}

/**
 * All the locks and their fence in one trip, or none of them. AND stops at the first lock that
 * cannot be had. The fences are read only when the locks are there, so what is read is what the
 * holder before has committed; sorted names keep those who wait from waiting in a circle.
 */
export async function takeLocks(
  session: PinnedSession,
  { keys, rows, candidate, waitMs, silence }: DatabaseAsk,
  withinMs: number,
): Promise<DatabaseAnswer> {
  const left = waitMs > 0 ? 'GREATEST(0, @until - UNIX_TIMESTAMP(SYSDATE(6)))' : '0';
  const locks = keys.map(() => `GET_LOCK(?, ${left}) = 1`).join(' AND ');
  const holders = keys.map(() => 'COALESCE(IS_USED_LOCK(?), 0)').join(', ');
  type Told = { readonly got: number; readonly fence: number | string; readonly holders: string };
  const [, , , , [told]] = await session.query<[unknown, unknown, unknown, unknown, [Told]]>(
    `SET @until = UNIX_TIMESTAMP(SYSDATE(6)) + ?, @got = 0;
    SET @got = (${locks});
    SET @fence = (SELECT GREATEST(?, COALESCE(MAX(fence), 0) + 1) FROM lock_fences
      WHERE name IN (?));
    INSERT INTO lock_fences (name, fence)
      SELECT asked.name, @fence
      FROM JSON_TABLE(?, '$[*]' COLUMNS (name VARCHAR(64) PATH '$')) AS asked
      WHERE @got = 1
      ON DUPLICATE KEY UPDATE fence = @fence;
    SELECT COALESCE(@got, 0) AS got, @fence AS fence,
      IF(@got = 1, '', CONCAT_WS(',', ${holders})) AS holders;
    DO IF(@got = 1, 0, RELEASE_ALL_LOCKS());
    SET SESSION wait_timeout = IF(@got = 1, ?, ?)`,
    [
      waitMs / 1000,
      ...keys,
      candidate,
      rows,
      JSON.stringify(rows),
      ...keys,
      silence.seconds,
      silence.otherwise,
    ],
    withinMs,
  );
  if (told.got === 1) return { kind: 'granted', fence: BigInt(told.fence) };
  const others = told.holders.split(',').map(Number);
  const busy = [...others.keys()].filter((at) => others[at] !== 0 && others[at] !== session.id);
  return { kind: 'busy', busy };
}

/** Are all of them still this session's? Asking keeps them for another while. */
export async function stillHeld(
  session: PinnedSession,
  keys: readonly string[],
  withinMs: number,
): Promise<boolean> {
  const mine = keys.map(() => 'COALESCE(IS_USED_LOCK(?) = ?, 0)').join(' AND ');
  const [row] = await session.query<[{ mine: number }]>(
    `SELECT (${mine}) AS mine`,
    keys.flatMap((key) => [key, session.id]),
    withinMs,
  );
  return row.mine === 1;
}

/** The session is as it was before it took them. */
export async function releaseLocks(
  session: PinnedSession,
  seconds: number,
  withinMs: number,
): Promise<void> {
  const text = 'DO RELEASE_ALL_LOCKS(); SET SESSION wait_timeout = ?';
  await session.query(text, [seconds], withinMs);
}

export async function lookAtLocks(
  session: PinnedSession,
  keys: readonly string[],
  rows: readonly string[],
  withinMs: number,
): Promise<KeySeen[]> {
  const held = keys.map(() => 'IS_USED_LOCK(?) IS NOT NULL').join(', ');
  type Fences = readonly { readonly name: string; readonly fence: number | string }[];
  const [[flags], fences] = await session.query<[[{ held: string }], Fences]>(
    `SELECT CONCAT_WS(',', ${held}) AS held;
    SELECT name, fence FROM lock_fences WHERE name IN (?)`,
    [...keys, rows],
    withinMs,
  );
  const isHeld = flags.held.split(',').map((flag) => flag === '1');
  const fenceOf = new Map(fences.map(({ name, fence }) => [name, BigInt(fence)]));
  return rows.map((row, at) => ({
    isHeld: isHeld[at] === true,
    fence: fenceOf.get(row) ?? null,
  }));
}

/** Ends a session that we have given up, so that nothing it waited for comes to it. */
export async function endSession(
  session: PinnedSession,
  id: number,
  withinMs: number,
): Promise<void> {
  await session.query('KILL ?', [id], withinMs);
}
