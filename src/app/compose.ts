import { type Cache, openCache } from '../cache/index.ts';
import { cachedGoods, type GoodsCache } from '../catalogue/index.ts';
import { type Logger, messageOf, systemClock, systemRandom } from '../kernel/index.ts';
import { createLocks, type Locks } from '../locks/index.ts';
import { openObjects, UploadRows, Uploads } from '../media/index.ts';
import { type Database, openDatabase } from '../mysql/index.ts';
import { openQueues, type Queues } from '../queues/index.ts';
import { connectRedis } from '../redis/index.ts';
import { createSaga, type Saga } from '../saga/index.ts';
import { createLogger } from '../telemetry/index.ts';
import type { Config } from './config.ts';
import { lockTls } from './tls-setting.ts';
import { createQueueNudges } from './queue-nudges.ts';

/** Everything of Holdfast that runs inside one process, put together once. */
export interface App {
  readonly config: Config;
  readonly logger: Logger;
  readonly database: Database;
  readonly locks: Locks;
  readonly queues: Queues;
  readonly saga: Saga;
  readonly cache: Cache;
  readonly goods: GoodsCache;
  readonly uploads: Uploads;
  /** Sends what is still to be sent and closes every connection. */
  close(): Promise<void>;
}

/** The one place where the parts meet. */
export function compose(config: Config, name: string): App {
  const clock = systemClock;
  const random = systemRandom;
  const logger = createLogger({
    level: config.logLevel,
    format: config.logFormat,
    stream: process.stderr,
  }).with({ process: name });
  for (const note of config.notes) logger.info(note);
  const database = openDatabase({ url: config.databaseUrl, tls: config.tls, logger });
  const locks = createLocks({
    urls: config.lockUrls,
    databaseUrl: config.databaseUrl,
    ...lockTls(config.lockUrls, config.databaseUrl, config.tls),
    prefix: config.lockPrefix,
    ttlMs: config.lockTtlMs,
    logger,
    clock,
    random,
  });
  const queues = queuesOf(config, name, logger);
  const nudges = createQueueNudges({
    queues,
    logger,
    clock,
    lookHere: async (orderIds) => {
      const via = { cause: 'sweep', attempt: 1 } as const;
      await saga.advanceAll(orderIds.map((orderId) => ({ kind: 'reserve', orderId, via })));
    },
  });
  const saga: Saga = createSaga({
    database,
    locks,
    nudges,
    rules: config.rules,
    logger,
    clock,
    random,
  });
  const cache = openCache({
    url: config.cacheUrl,
    tls: config.tls,
    name: `${name}-cache`,
    logger,
    clock,
    random,
  });
  return {
    config,
    logger,
    database,
    locks,
    queues,
    saga,
    cache,
    goods: cachedGoods(database, cache, clock),
    uploads: new Uploads(new UploadRows(database), openObjects(config.media, clock)),
    close: async () => {
      await nudges.settled();
      await queues.close();
      await locks.close();
      cache.close();
      await database.close();
    },
  };
}

function queuesOf({ redisUrl, queuePrefix, tls }: Config, name: string, logger: Logger): Queues {
  return openQueues({
    connection: connectRedis(redisUrl, 'producer', { logger, name: `${name}-producer`, tls }),
    prefix: queuePrefix,
    onError: (error) => logger.debug('queue trouble', { error: messageOf(error) }),
  });
}
