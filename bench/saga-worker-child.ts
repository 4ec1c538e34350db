/**
 * Every worker in one process, as workers/all.ts runs them; tells beside it, when it is asked to,
 * at what moment each order's reservation was committed.
 */
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
  answerLauncher({ stats: () => app.saga.stats, ...told.answers() });
  tellLauncher({ type: 'ready' });
  return {
    stop: async () => {
      told.stop();
      await workers.stop();
      await app.close();
    },
  };
});
