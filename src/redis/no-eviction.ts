import type { Redis } from 'ioredis';
import { AppError, type Logger, messageOf } from '../kernel/index.ts';

/**
 * A server that evicts keys when memory runs short forgets jobs, locks and counters without a
 * word, so it is refused. One that will not say (INFO may be forbidden to us) is only warned of.
 */
export async function assertNoEviction(client: Redis, logger: Logger): Promise<void> {
  const policy = await policyOf(client, logger);
  if (policy === undefined || policy === 'noeviction') return;
  throw new AppError(
    'redis-evicts',
    `Redis has maxmemory-policy ${policy} and would forget jobs and locks when its memory runs ` +
      'short; set maxmemory-policy to noeviction',
    { details: { policy } },
  );
}

async function policyOf(client: Redis, logger: Logger): Promise<string | undefined> {
  try {
    const policy = /^maxmemory_policy:(\S+)/m.exec(await client.info('memory'))?.[1];
    if (policy === undefined) logger.warn('redis does not tell its maxmemory-policy');
    return policy;
  } catch (error) {
    logger.warn('redis does not tell its maxmemory-policy', { error: messageOf(error) });
    return undefined;
  }
}
