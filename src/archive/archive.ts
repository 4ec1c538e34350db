import { type Clock, databaseTimeOf, isoOf, systemClock } from '../kernel/index.ts';
import type { Database } from '../mysql/index.ts';
import { archiveLedger } from './archive-ledger.ts';
import { archiveLetters } from './archive-letters.ts';
import { archiveOrders } from './archive-orders.ts';
import { assertMayRemove } from './may-remove-store.ts';
import {
  type ArchiveCounts,
  type ArchiveRecord,
  type ArchiveReport,
  type ArchiveRun,
  NOTHING_YET,
} from './archive-report.ts';

export interface ArchiveOptions {
  /** Milliseconds since 1970, by the database's clock. */
  readonly beforeMs: number;
  /** Counts, and changes nothing. */
  readonly dryRun: boolean;
  /** Carries old movements forward as well. */
  readonly ledger: boolean;
  /** Where what is removed is kept; nowhere when there is none. */
  readonly file?: {
    readonly path: string;
    keep(records: readonly ArchiveRecord[]): Promise<void>;
  };
  readonly clock?: Clock;
  /** Told how far it is, once a second at most. */
  readonly progress?: (counts: ArchiveCounts) => void;
}

const TELL_MS = 1000;

/**
 * Removes what is finished and old, beside running workers: in pages, each a transaction of its
 * own, that wait for nobody. What a page removes is kept first, so that whenever this ends, nothing
 * is lost, and it can be called again.
 */
export async function archive(database: Database, options: ArchiveOptions): Promise<ArchiveReport> {
  const { beforeMs, dryRun, ledger, file, clock = systemClock, progress } = options;
  const before = databaseTimeOf(beforeMs);
  const counts = { ...NOTHING_YET };
  let toldMs = clock.monotonicMs();
  const run: ArchiveRun = {
    before,
    dryRun,
    counts,
    keep: async (records) => {
      await file?.keep(records);
    },
    told: () => {
      if (clock.monotonicMs() - toldMs < TELL_MS) return;
      toldMs = clock.monotonicMs();
      progress?.({ ...counts });
    },
  };
  if (!dryRun) await assertMayRemove(database);
  await archiveOrders(database, run);
  if (ledger) await archiveLedger(database, run);
  await archiveLetters(database, run);
  return { before: isoOf(before), dryRun, to: file?.path ?? null, ...counts };
}
