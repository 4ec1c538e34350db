import { AppError, type Logger, messageOf } from '../kernel/index.ts';
import { mastersOf } from './client-address.ts';
import type { RedisClient } from './client-library.ts';

/**
 * A server that evicts keys when memory runs short forgets jobs, locks and counters without a
 * word, so it is refused. One that will not say (INFO may be forbidden to us) is only warned of.
 */
export async function assertNoEviction(client: RedisClient, logger: Logger): Promise<void> {
  const policies = await Promise.all(mastersOf(client).map((one) => policyOf(one, logger)));
  const policy = policies.find((one) => one !== undefined && one !== 'noeviction');
  if (policy === undefined) return;
  throw new AppError(
    'redis-evicts',
    `Redis has maxmemory-policy ${policy} and would forget jobs and locks when its memory runs ` +
      'short; set maxmemory-policy to noeviction',
    { details: { policy } },
  );
}

async function policyOf(client: RedisClient, logger: Logger): Promise<string | undefined> {
  try {
    const policy = /^maxmemory_policy:(\S+)/m.exec(await client.info('memory'))?.[1];
    if (policy === undefined) logger.warn('redis does not tell its maxmemory-policy');
    return policy;
  } catch (error) {
    logger.warn('redis does not tell its maxmemory-policy', { error: messageOf(error) });
    return undefined;
  }
}
