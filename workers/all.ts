/**
 * all: every worker in one process, for a laptop or a small shop.
 *
 * Takes     the jobs of all four queues.
 * Leads to  whatever each of them leads to.
 * Repeats   change nothing, as with each of them.
 */
import { runWorker } from '../src/app/index.ts';
import { QUEUE_NAMES } from '../src/queues/index.ts';

await runWorker(...QUEUE_NAMES);
