/** How much of each was removed, or would be. */
export interface ArchiveCounts {
  /** Finished orders whose history went. */
  orders: number;
  steps: number;
  movements: number;
  deadLetters: number;
  notices: number;
  idempotencyKeys: number;
  /** Orders that somebody else had in hand: the next run takes them. */
  skipped: number;
}

export interface ArchiveReport extends ArchiveCounts {
  /** What happened before this moment was looked at. */
  readonly before: string;
  readonly dryRun: boolean;
  /** The file it was written to; null when it was not written at all. */
  readonly to: string | null;
}

export const NOTHING_YET: ArchiveCounts = {
  orders: 0,
  steps: 0,
  movements: 0,
  deadLetters: 0,
  notices: 0,
  idempotencyKeys: 0,
  skipped: 0,
};

/** One line of the file: what it is, and the thing itself. */
export interface ArchiveRecord {
  readonly kind: 'order' | 'movement' | 'dead-letter' | 'notice' | 'idempotency-key';
  readonly [fact: string]: unknown;
}

/** What each part of the work is given. */
export interface ArchiveRun {
  /** The database's time; nothing that happened at or after it is touched. */
  readonly before: string;
  readonly dryRun: boolean;
  readonly counts: ArchiveCounts;
  /** Resolves once the records would survive a loss of power; only then may rows go. */
  keep(records: readonly ArchiveRecord[]): Promise<void>;
  /** A page is done; a good moment to tell how far it is. */
  told(): void;
}
