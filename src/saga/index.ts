export { type Advanced, type Batching, createSaga, type Saga, type SagaParts } from './advance.ts';
export { type AuditOptions, audit } from './audit.ts';
export type { AuditReport, Difference } from './audit-report.ts';
export {
  countDeadLetters,
  type DeadLetterRow,
  listDeadLetters,
  markReplayed,
  type DeadLetterFilter,
  readDeadLetter,
  type WaitingLetter,
  waitingLetters,
  type ReplayNote,
} from './dead-letter-store.ts';
export type { Commit, CommitListener, CommittedOrder } from './commit-feed.ts';
export type { DeadLetter, DeadLetters } from './dead-letters.ts';
export type { Rules } from './decision.ts';
export type { SagaEvent, Via } from './event.ts';
export { foreseeStock } from './foresee-stock.ts';
export { type GoodsLocks, noLocks } from './locking.ts';
export { type Nudges, noNudges } from './nudges.ts';
export { type OrderView, readOrder } from './order-view.ts';
export type { OrderOutcome, Outcome, PaymentOutcome, StockOutcome } from './outcome.ts';
export type { SagaStats } from './saga-stats.ts';
export { advanceDue, createSweep } from './sweep.ts';
export { assertPrivileges } from './start-check-store.ts';
