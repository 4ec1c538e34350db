/**
 * delayed-timeout: return the goods of orders that were not paid in time.
 *
 * Takes     an alarm clock; what is due is read from the database, by its clock.
 * Leads to  expired orders.
 * Repeats   change nothing: what has been returned is not due any more.
 */
import { runWorker } from '../src/app/index.ts';

await runWorker('delayed-timeout');
