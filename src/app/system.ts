import { migrateUp } from '../mysql/index.ts';
import { QUEUE_NAMES } from '../queues/index.ts';
import { compose } from './compose.ts';
import { readConfig } from './config.ts';
import { openDoors } from './doors.ts';
import { type Running, tellLauncher } from './run-process.ts';
import { startWorkers } from './workers.ts';

/**
 * The whole system in one process, as `npm start` runs it on one machine. Importing this file has
 * no effect but to load everything, which the launcher has done while the servers still start.
 */
export async function startSystem(): Promise<Running> {
  const config = readConfig();
  const app = compose(config, 'system');
  const { ran } = await migrateUp({
    url: config.databaseUrl,
    tls: config.tls,
    logger: app.logger,
  });
  if (ran.length > 0) app.logger.info('schema brought up to date', { migrations: ran.length });
  const workers = await startWorkers(app, QUEUE_NAMES, () => process.exit(1));
  const doors = await openDoors(app);
  tellLauncher({ type: 'ready', queuePrefix: config.queuePrefix, ...doors.addresses });
  return {
    stop: async () => {
      await doors.close();
      await workers.stop();
      await app.close();
    },
  };
}
