export { type BoardQueuesOptions, openBoardQueues } from './board-queues.ts';
export { delayedTimeout, type TimeoutAlarm } from './delayed-timeout.ts';
export { orderPlaced, orderShape, type PlacedOrder } from './order-placed.ts';
export { type ConfirmedPayment, paymentConfirmed, paymentShape } from './payment-confirmed.ts';
export { PRE_DEDUCT_MAX, preDeduct } from './pre-deduct.ts';
export { createProgressWatchdog } from './progress-watchdog.ts';
export {
  assertJobName,
  QUEUE_NAMES,
  type QueueContract,
  type QueueName,
} from './queue-contract.ts';
export { type Delivery, LookAgain } from './queue-jobs.ts';
export { openQueues, type QueueCounts, type Queues } from './queue-producer.ts';
export { createQueueWorker, type QueueWorker } from './queue-worker.ts';
export { type BuriedJob, type ReplayJob, replayJobOf } from './replay-job.ts';
