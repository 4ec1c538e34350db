import type { Cluster, Redis } from 'ioredis';
import { type Clock, type Logger, systemClock, type TlsTrust } from '../kernel/index.ts';
import { ioredis, type RedisClient } from './client-library.ts';
import { logConnection } from './connection-log.ts';
import { logOperations } from './operation-log.ts';
import {
  type ClientOptions,
  clusterOptions,
  type RedisRole,
  roleOptions,
  sentinelOptions,
} from './redis-roles.ts';
import { type RedisPlace, redisAddress, redisPlace } from './redis-url.ts';

export interface ConnectOptions {
  readonly logger: Logger;
  /** Shown in the log and by CLIENT LIST; letters, digits and hyphens. */
  readonly name: string;
  /** In place of the role's own, for roles that have one. */
  readonly commandTimeoutMs?: number;
  readonly clock?: Clock;
  /** For a `rediss` URL: whom to trust, and who we are. */
  readonly tls?: TlsTrust;
}

interface Watch {
  readonly logger: Logger;
  readonly clock: Clock;
}

/** A client that is already connecting. It never emits an error that nobody hears. */
export function connectRedis(url: string, role: RedisRole, options: ConnectOptions): RedisClient {
  const place = redisPlace(url);
  const settings = settingsOf(place, role, options);
  const { clock = systemClock, name } = options;
  const watch = { logger: options.logger.with({ redis: place.address, connection: name }), clock };
  switch (place.kind) {
    case 'server':
      return watched(new (ioredis().Redis)(place.url, settings), watch);
    case 'sentinel':
      return watched(
        new (ioredis().Redis)({
          ...sentinelOptions(settings),
          sentinels: [...place.hosts],
          name: place.master,
          db: place.db,
          enableTLSForSentinelMode: place.tls,
          ...(place.tls && { sentinelTLS: settings.tls ?? {} }),
          ...(place.sentinelPassword && { sentinelPassword: place.sentinelPassword }),
        }),
        watch,
      );
    case 'cluster':
      return watchedCluster(
        new (ioredis().Cluster)([...place.hosts], {
          ...clusterOptions(role),
          redisOptions: memberOptions(settings),
        }),
        watch,
      );
  }
}

/** A client of one server of its own: what lock nodes are. */
export function connectServer(url: string, role: RedisRole, options: ConnectOptions): Redis {
  redisAddress(url); // refuses what is more than one server
  return connectRedis(url, role, options) as Redis;
}

function settingsOf(place: RedisPlace, role: RedisRole, options: ConnectOptions): ClientOptions {
  const { name, commandTimeoutMs: timeout, tls } = options;
  const settings: ClientOptions = { ...roleOptions[role], connectionName: name };
  if (timeout !== undefined) settings.commandTimeout = timeout;
  if (place.kind === 'server') {
    // Given for any other URL it would turn the protection on.
    if (tls && /^rediss:/i.test(place.url)) settings.tls = tls;
    return settings;
  }
  if (place.username) settings.username = place.username;
  if (place.password) settings.password = place.password;
  if (place.tls) settings.tls = tls ?? {};
  return settings;
}

/** When to connect again, and what waits meanwhile, is decided for the cluster as a whole. */
function memberOptions(settings: ClientOptions): Omit<ClientOptions, ForTheWhole> {
  const { retryStrategy: _, enableOfflineQueue: __, ...options } = settings;
  return options;
}

type ForTheWhole = 'retryStrategy' | 'enableOfflineQueue';

function watched(client: Redis, watch: Watch): Redis {
  logConnection(client, watch.logger, watch.clock);
  logOperations(client, watch.logger, watch.clock);
  // BullMQ makes its blocking connections by duplicating ours: those are to be watched as well.
  client.duplicate = (override?: ClientOptions) => {
    const { replyMapping: _, ...options } = client.options;
    return watched(new (ioredis().Redis)({ ...options, ...override }), watch);
  };
  return client;
}

function watchedCluster(client: Cluster, watch: Watch): Cluster {
  logConnection(client, watch.logger, watch.clock);
  logOperations(client, watch.logger, watch.clock);
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (...given) => watchedCluster(duplicate(...given), watch);
  return client;
}
