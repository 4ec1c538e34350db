/**
 * - `expired`: its time ran out before it was renewed, such as in a paused process;
 * - `clock-jump`: by the wall clock alone: it was set, or the machine slept;
 * - `stolen`: the servers say that it is no longer ours;
 * - `disconnected`: the connection that carried it has ended, and the lock with it;
 * - `unreachable`: its time ran out while too few servers answered;
 * - `max-hold`: it was held as long as a lock may be;
 * - `closed`, `released`: given back by this process.
 */
export type LossReason =
  | 'expired'
  | 'clock-jump'
  | 'stolen'
  | 'disconnected'
  | 'unreachable'
  | 'max-hold'
  | 'closed'
  | 'released';

export const lossSentences: Readonly<Record<LossReason, string>> = {
  expired: 'its time ran out before it was renewed',
  'clock-jump': 'the clock of this machine jumped past its end',
  stolen: 'the lock nodes say that it is no longer ours',
  disconnected: 'the connection that carried it has ended',
  unreachable: 'its time ran out while too few lock nodes answered',
  'max-hold': 'it was held as long as any lock may be',
  closed: 'the locks were closed',
  released: 'it was given back',
};

export const lossReasons = Object.keys(lossSentences) as readonly LossReason[];
