import type { Redis } from 'ioredis';
import type { RedisClient } from './client-library.ts';

/** `host:port` of the server behind a client; of the members it knows, when that is a cluster. */
export function clientAddress(client: RedisClient): string {
  if (client.isCluster) return mastersOf(client).map(serverAddress).join(',');
  return serverAddress(client as Redis);
}

/** The masters of a cluster, as far as this client knows them. */
export function mastersOf(client: RedisClient): readonly Redis[] {
  return client.isCluster && 'nodes' in client ? client.nodes('master') : [client as Redis];
}

function serverAddress({ options, stream }: Redis): string {
  // Whom the sentinels named is not among the options.
  const address = options.sentinels ? stream?.remoteAddress : undefined;
  if (address) return `${address}:${stream.remotePort}`;
  if (options.sentinels) return `the master ${options.name} of the sentinels`;
  const { host = 'localhost', port = 6379 } = options;
  return `${host}:${port}`;
}
