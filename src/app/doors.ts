import { startGrpc, startHttp } from '../api/index.ts';
import { systemClock, systemRandom } from '../kernel/index.ts';
import { type Reads, readsOfPrimary, ReplicaReads } from '../mysql/index.ts';
import { createOps } from '../ops/index.ts';
import type { App } from './compose.ts';

/** Where the doors are, as the launcher writes it down for other programs. */
export interface Addresses {
  readonly httpUrl: string;
  readonly grpcAddress: string;
  readonly boardUrl: string;
  readonly consoleUrl: string;
}

export interface Doors {
  readonly addresses: Addresses;
  close(): Promise<void>;
}

/** Opens HTTP and gRPC over one saga; both or neither. */
export async function openDoors(app: App): Promise<Doors> {
  const { config } = app;
  const { reads, endReads } = await readsOf(app);
  const parts = { ...app, reads, doors: config.doors, clock: systemClock };
  const ops = createOps({ ...config, ...parts });
  const endAll = async (): Promise<void> => {
    await ops.close();
    await endReads();
  };
  try {
    const http = await startHttp({
      ...parts,
      ops,
      queueCounts: () => app.queues.counts(),
      enqueue: (queue, payloads) => app.queues.add(queue, payloads),
    });
    try {
      const grpc = await startGrpc(parts);
      return {
        addresses: {
          httpUrl: http.url,
          grpcAddress: grpc.address,
          boardUrl: `${http.url}/queues`,
          consoleUrl: `${http.url}/`,
        },
        close: async () => {
          await Promise.all([http.close(), grpc.close()]);
          await endAll();
        },
      };
    } catch (error) {
      await http.close();
      throw error;
    }
  } catch (error) {
    await endAll();
    throw error;
  }
}

interface OpenReads {
  readonly reads: Reads;
  readonly endReads: () => Promise<void>;
}

/** Only doors show the catalogue, so only they look after its replica. */
async function readsOf({ config, database, logger }: App): Promise<OpenReads> {
  const { replicaUrl, databaseUrl, tls } = config;
  if (replicaUrl === null) {
    return { reads: readsOfPrimary(database), endReads: () => Promise.resolve() };
  }
  const reads = new ReplicaReads({
    url: replicaUrl,
    primary: database,
    primaryUrl: databaseUrl,
    tls,
    logger,
    clock: systemClock,
    random: systemRandom,
  });
  await reads.start();
  return { reads, endReads: () => reads.close() };
}
