/**
 * Every worker in one process, as workers/all.ts runs them; tells beside it, when it is asked to,
 * at what moment each order's reservation was committed.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { compose } from '../src/app/compose.ts';
import { readConfig } from '../src/app/index.ts';
import { answerLauncher, runProcess, tellLauncher } from '../src/app/run-process.ts';
import { startWorkers } from '../src/app/workers.ts';
import { QUEUE_NAMES } from '../src/queues/index.ts';
import { ToldOrders } from './told-orders.ts';

await runProcess(async () => {
  const app = compose(readConfig(), `worker-${process.pid}`);
  const workers = await startWorkers(app, QUEUE_NAMES, () => process.exit(1));
  const told: ToldOrders = new ToldOrders(() =>
    app.saga.onCommit(({ orders }) => {
      for (const { from, order } of orders) {
        if (order.state === 'reserved' && from !== 'reserved') told.add(order.orderId);
      }
    }),
  );
  answerLauncher({ stats: () => app.saga.stats, collect: collectGarbage, ...told.answers() });
  tellLauncher({ type: 'ready' });
  return {
    stop: async () => {
      told.stop();
      await workers.stop();
      await app.close();
    },
  };
});

/** What is left afterwards is what something still refers to; the answer is in bytes. */
function collectGarbage(): { readonly heapUsed: number; readonly rss: number } {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, rss } = process.memoryUsage();
  return { heapUsed, rss };
}
