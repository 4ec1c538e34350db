import type { QueueName } from '../queues/index.ts';
import { compose } from './compose.ts';
import { readConfig } from './config.ts';
import { answerLauncher, runProcess, tellLauncher } from './run-process.ts';
import { watchWorker } from './watch-worker.ts';
import { startWorkers } from './workers.ts';

/** One worker process for these queues, until it is told to stop. */
export async function runWorker(...queues: readonly QueueName[]): Promise<void> {
  await runProcess(async () => {
    const app = compose(readConfig(), `worker-${process.pid}`);
    const workers = await startWorkers(app, queues, () => {
      process.exit(1); // a new process is the cure; whoever supervises us starts one
    });
    const watched = await watchWorker(app);
    app.logger.info('workers run', { queues });
    answerLauncher({ stats: () => app.saga.stats });
    tellLauncher({ type: 'ready', queues });
    return {
      stop: async () => {
        app.logger.info('workers stop');
        await workers.stop();
        await watched.close();
        await app.close();
      },
    };
  });
}
