export { createLocks } from './create-locks.ts';
export type {
  HeldLock,
  LockBusy,
  LockGuarantee,
  LockNodeView,
  LockOptions,
  Locks,
  LocksOptions,
  LockUnreachable,
  LockView,
  TryLockOptions,
  TryOutcome,
} from './lock.ts';
export type { LossReason } from './lock-errors.ts';
