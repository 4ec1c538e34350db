/**
 * pre-deduct: move the goods of placed orders from available to held.
 *
 * Takes     the ids of up to 1,000 placed orders.
 * Leads to  delayed-timeout, once for each second in which holds end; or a rejected order.
 * Repeats   change nothing: the ledger keeps one reserve for each hold of an order.
 */
import { runWorker } from '../src/app/index.ts';

await runWorker('pre-deduct');
