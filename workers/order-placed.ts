/**
 * order-placed: write down that an order wants goods.
 *
 * Takes     one order to a job, or an envelope of up to 500.
 * Leads to  pre-deduct, with the orders of the whole batch.
 * Repeats   change nothing: the same order gets the same answer; other content is refused.
 */
import { runWorker } from '../src/app/index.ts';

await runWorker('order-placed');
