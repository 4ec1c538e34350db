import { startGrpc, startHttp } from '../api/index.ts';
import { systemClock } from '../kernel/index.ts';
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
  const parts = { ...app, doors: config.doors, clock: systemClock };
  const ops = createOps({ ...config, ...parts });
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
          await ops.close();
        },
      };
    } catch (error) {
      await http.close();
      throw error;
    }
  } catch (error) {
    await ops.close();
    throw error;
  }
}
