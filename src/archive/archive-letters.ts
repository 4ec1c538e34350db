import type { Database, Sql } from '../mysql/index.ts';
import type { ArchiveRecord, ArchiveRun } from './archive-report.ts';
import {
  deadLettersAfter,
  idempotencyKeysAfter,
  noticesAfter,
  type OldPage,
  type OldRow,
  removeDeadLetters,
  removeIdempotencyKeys,
  removeNotices,
} from './old-letters-store.ts';
import { untilDone } from './until-done.ts';

const PAGE = 500;

/** What stands by itself and goes whole. */
interface Kind {
  readonly kind: ArchiveRecord['kind'];
  readonly count: 'deadLetters' | 'notices' | 'idempotencyKeys';
  readonly page: (sql: Sql, page: OldPage) => Promise<readonly OldRow[]>;
  readonly remove: (sql: Sql, ids: readonly (number | string)[], before: string) => Promise<number>;
}

const KINDS: readonly Kind[] = [
  {
    kind: 'dead-letter',
    count: 'deadLetters',
    page: deadLettersAfter,
    remove: removeDeadLetters,
  },
  { kind: 'notice', count: 'notices', page: noticesAfter, remove: removeNotices },
  {
    kind: 'idempotency-key',
    count: 'idempotencyKeys',
    page: idempotencyKeysAfter,
    remove: removeIdempotencyKeys,
  },
];

export async function archiveLetters(database: Database, run: ArchiveRun): Promise<void> {
  for (const kind of KINDS) await archiveKind(database, run, kind);
}

async function archiveKind(database: Database, run: ArchiveRun, kind: Kind): Promise<void> {
  const { before, counts } = run;
  for (let after: OldRow | null = null; ; ) {
    const page: readonly OldRow[] = await kind.page(database, { after, before, limit: PAGE });
    const last = page.at(-1);
    if (!last || page.every(({ isYoung }) => isYoung === 1)) return;
    const old = page.filter(({ isOld }) => isOld === 1);
    counts[kind.count] += run.dryRun ? old.length : await removed(database, run, kind, old);
    run.told();
    after = last;
  }
}

/** One statement each removes a page; who was quicker has its rows left alone by the condition. */
async function removed(
  database: Database,
  run: ArchiveRun,
  { kind, remove }: Kind,
  old: readonly OldRow[],
): Promise<number> {
  if (old.length === 0) return 0;
  await run.keep(old.map(({ isOld: _old, isYoung: _young, ...row }) => ({ ...row, kind })));
  const ids = old.map(({ id }) => id);
  return await untilDone(() => database.transaction((sql) => remove(sql, ids, run.before)));
}
