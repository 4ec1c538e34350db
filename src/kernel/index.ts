export { AppError, codeOf, type ErrorFacts, isRetryable, messageOf } from './app-error.ts';
export { AssertionError, assert, present, unreachable } from './assert.ts';
export { type Backoff, backoffMs } from './backoff.ts';
export { type Clock, ManualClock, millisOfIso, systemClock } from './clock.ts';
export {
  type DatabaseTime,
  databaseTimeOf,
  isoOf,
  millisOf,
  secondsAfter,
} from './database-time.ts';
export { pause } from './pause.ts';
export { createPeriodicService } from './periodic-service.ts';
export { type Random, randomName, systemRandom } from './random.ts';
export { type Service, stopAll } from './service.ts';
export { Gate } from './gate.ts';
export type { LogFields, Logger, LogLevel } from './log.ts';
export { isLoopback } from './loopback.ts';
export { warnNowAndThen } from './now-and-then.ts';
export { redact, redactText } from './redact.ts';
export { distrustOf, type TlsTrust } from './tls-trust.ts';
export { isSigned, type SignatureVerdict, signatureOf } from './signature.ts';
