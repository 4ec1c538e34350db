import type { QueueName } from '../queues/index.ts';
import type { App } from './compose.ts';
import type { Config } from './config.ts';
import type { Addresses } from './doors.ts';

export type { App };
export { lockTls } from './tls-setting.ts';
export { type Config, type Environment, readConfig } from './config.ts';

/** Loaded when it is asked for: a command that only looks at the database starts twice as fast. */
export async function openApp(config: Config, name: string): Promise<App> {
  const { compose } = await import('./compose.ts');
  return compose(config, name);
}

export async function runApi(): Promise<Addresses> {
  const { runApi: run } = await import('./run-api.ts');
  return await run();
}

export async function runWorker(...queues: readonly QueueName[]): Promise<void> {
  const { runWorker: run } = await import('./run-worker.ts');
  await run(...queues);
}
