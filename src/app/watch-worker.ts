import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback, systemClock } from '../kernel/index.ts';
import { readsOfPrimary } from '../mysql/index.ts';
import type { App } from './compose.ts';
import type { DoorsConfig } from './config.ts';

export interface WatchedWorker {
  close(): Promise<void>;
}

/** Tells what a worker process does; shows its health and metrics, if a port was set for them. */
export async function watchWorker(app: App): Promise<WatchedWorker> {
  const { doors } = app.config;
  const { createOps, startWatchDoor, tellPulse } = await import('../ops/index.ts');
  const reads = readsOfPrimary(app.database);
  const parts = { ...app, ...app.config, reads, clock: systemClock };
  if (doors.metricsPort === null) return tellPulse(parts);
  const ops = createOps(parts);
  const { logger } = app;
  const door = await startWatchDoor({
    bind: doors.bind,
    port: doors.metricsPort,
    ops,
    mayRead: await metricsReader(doors),
    logger,
  });
  logger.info('health and metrics are shown', { url: door.url });
  return {
    close: async () => {
      await door.close();
      await ops.close();
    },
  };
}

/** On loopback anybody; beyond it, who brings the token of a viewer or an operator. */
export async function metricsReader({
  bind,
  tokens,
}: Pick<DoorsConfig, 'bind' | 'tokens'>): Promise<(headers: IncomingHttpHeaders) => boolean> {
  if (isLoopback(bind)) return () => true;
  const { bearerToken, createAccess, rolesAllow } = await import('../api/index.ts');
  const access = createAccess(tokens);
  return ({ authorization }) => {
    const role = access.roleOf(bearerToken(authorization) ?? '');
    return role !== null && rolesAllow(role, ['viewer']);
  };
}
