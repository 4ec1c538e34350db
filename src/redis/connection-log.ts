import { type Clock, type Logger, messageOf } from '../kernel/index.ts';
import type { RedisClient } from './client-library.ts';

const QUIET_MS = 30_000;

/**
 * Hears every error event: one that nobody hears would be printed by ioredis, or end the process.
 * A dead server fails every second, so after the first line there is one every half minute.
 */
export function logConnection(client: RedisClient, logger: Logger, clock: Clock): void {
  let failures = 0;
  let quietUntil = 0;

  client.on('error', (error: unknown) => {
    failures += 1;
    const now = clock.monotonicMs();
    if (now < quietUntil) return;
    quietUntil = now + QUIET_MS;
    logger.warn('redis connection failed', { error: messageOf(error), failures });
  });

  client.on('ready', () => {
    if (failures > 0) logger.info('redis connected again', { failures });
    failures = 0;
    quietUntil = 0;
  });
}
