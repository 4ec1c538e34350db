import type { ConnectionOptions } from 'node:tls';
import type { Redis } from 'ioredis';
import { type Clock, type Logger, systemClock } from '../kernel/index.ts';
import { ioredis } from './client-library.ts';
import { logConnection } from './connection-log.ts';
import { logOperations } from './operation-log.ts';
import { type ClientOptions, type RedisRole, roleOptions } from './redis-roles.ts';
import { redisAddress } from './redis-url.ts';

export interface ConnectOptions {
  readonly logger: Logger;
  /** Shown in the log and by CLIENT LIST; letters, digits and hyphens. */
  readonly name: string;
  /** In place of the role's own, for roles that have one. */
  readonly commandTimeoutMs?: number;
  readonly clock?: Clock;
  /** For a `rediss://` URL: whom to trust, and who we are. */
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key'>;
}

/** A client that is already connecting. It never emits an error that nobody hears. */
export function connectRedis(url: string, role: RedisRole, options: ConnectOptions): Redis {
  const server = redisAddress(url);
  const { name, clock = systemClock } = options;
  const logger = options.logger.with({ redis: server, connection: name });
  const timeout = options.commandTimeoutMs;
  const settings: ClientOptions = { ...roleOptions[role], connectionName: name };
  if (timeout !== undefined) settings.commandTimeout = timeout;
  // Given for any other URL it would turn the protection on.
  if (options.tls && /^rediss:/i.test(url)) settings.tls = options.tls;
  return watched(new (ioredis().Redis)(url, settings), logger, clock);
}

function watched(client: Redis, logger: Logger, clock: Clock): Redis {
  logConnection(client, logger, clock);
  logOperations(client, logger, clock);
  // BullMQ makes its blocking connections by duplicating ours: those are to be watched as well.
  client.duplicate = (override?: ClientOptions) => {
    const { replyMapping: _, ...options } = client.options;
    return watched(new (ioredis().Redis)({ ...options, ...override }), logger, clock);
  };
  return client;
}
