/** Counts of what the saga has done in this process, for tests, the bench and metrics. */
export interface SagaStats {
  events: number;
  batches: number;
  /** Largest batch. */
  batchMax: number;
  /** Batches that were made ready while the one before them was written. */
  followed: number;
  /** Times a lock was asked for. */
  lockRounds: number;
  lockBusy: number;
  /** How long batches have waited for the answers, in milliseconds. */
  lockWaitMs: number;
  /** Batches that went on under row locks alone. */
  lockUnreachable: number;
  fenceRefused: number;
  /** Batches that were tried again, by what was in the way. */
  retries: number;
  splits: number;
  /** Events whose goods had changed between the reading and the locking. */
  rereads: number;
  buried: number;
  /** Dead letters written, redelivered ones included. */
  deadLetters: number;
}

export function newSagaStats(): SagaStats {
  return {
    events: 0,
    batches: 0,
    batchMax: 0,
    followed: 0,
    lockRounds: 0,
    lockBusy: 0,
    lockWaitMs: 0,
    lockUnreachable: 0,
    fenceRefused: 0,
    retries: 0,
    splits: 0,
    rereads: 0,
    buried: 0,
    deadLetters: 0,
  };
}
