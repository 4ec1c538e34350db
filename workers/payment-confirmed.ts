/**
 * payment-confirmed: settle the goods of orders that were paid.
 *
 * Takes     one payment to a job, or an envelope of up to 500.
 * Leads to  paid orders; or a payment that waits, or that is due for refund.
 * Repeats   change nothing: a payment id counts once, over all orders.
 */
import { runWorker } from '../src/app/index.ts';

await runWorker('payment-confirmed');
