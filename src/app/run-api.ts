import { compose } from './compose.ts';
import { readConfig } from './config.ts';
import { type Addresses, openDoors } from './doors.ts';
import { answerLauncher, runProcess, tellLauncher } from './run-process.ts';
import { assertSchema } from './workers.ts';

/** One process with the doors alone, until it is told to stop; workers run beside it. */
export async function runApi(): Promise<Addresses> {
  return await new Promise((resolve) => {
    void runProcess(async () => {
      const app = compose(readConfig(), `api-${process.pid}`);
      await assertSchema(app);
      const doors = await openDoors(app);
      const { addresses } = doors;
      app.logger.info('the doors are open', { ...addresses });
      answerLauncher({ stats: () => app.saga.stats });
      tellLauncher({ type: 'ready', queuePrefix: app.config.queuePrefix, ...addresses });
      resolve(addresses);
      return {
        stop: async () => {
          await doors.close();
          await app.close();
        },
      };
    });
  });
}
