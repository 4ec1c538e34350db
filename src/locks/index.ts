export { createLocks } from './create-locks.ts';
export type {
  ClockJump,
  HeldLock,
  HoldOptions,
  LockBusy,
  LockGuarantee,
  LockLoss,
  LockNodeView,
  LockOptions,
  Locks,
  LocksOptions,
  LockStats,
  LockTls,
  LockUnreachable,
  LockView,
  NodeTrouble,
  RenewFailure,
  TryLockOptions,
  TryOutcome,
} from './lock.ts';
export { type LossReason, lossReasons } from './lock-loss.ts';
export { createLockManager, type LockManager, type OpenLock } from './named-locks.ts';
