import { type GrpcParts, type GrpcServer, startGrpc } from '../../src/api/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { audit } from '../../src/saga/index.ts';
import { readStockView } from '../../src/stock/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { type GrpcClient, grpcClient } from './grpc-client.ts';
import { TOKENS } from './http-room.ts';
import { type SagaFixture, type SagaFixtureOptions, sagaFixture } from './saga-fixture.ts';

export interface GrpcRoom extends SagaFixture, Pick<GrpcClient, 'call'> {
  readonly server: GrpcServer;
  readonly client: GrpcClient;
  /** Where the units of a goods id are. */
  counts(goodsId: number): Promise<{ available: number; held: number; sold: number }>;
  /** What the audit finds; nothing, if all is well. */
  differences(): Promise<readonly unknown[]>;
}

export type GrpcRoomOptions = SagaFixtureOptions & {
  readonly parts?: Partial<Omit<GrpcParts, 'doors'>>;
  readonly doors?: Partial<GrpcParts['doors']>;
};

/** The gRPC door on a port of its own over a saga of its own, and a client without a token. */
export async function grpcRoom(options: GrpcRoomOptions = {}): Promise<GrpcRoom> {
  const fixture = await sagaFixture(options);
  const server = await startGrpc({
    doors: {
      bind: '127.0.0.1',
      grpcPort: { number: 0, isChosen: true },
      grpcOpen: false,
      tokens: {
        producer: [TOKENS.producer],
        payments: [TOKENS.payments],
        viewer: [TOKENS.viewer],
        operator: [TOKENS.operator],
      },
      ...options.doors,
    },
    database: fixture.database,
    saga: fixture.saga,
    logger: options.logger ?? silentLogger,
    clock: systemClock,
    ...options.parts,
  });
  const client = grpcClient(server.address.replace('0.0.0.0', '127.0.0.1'));
  return {
    ...fixture,
    server,
    client,
    call: (method, request, ask) => client.call(method, request, ask),
    counts: async (goodsId) => {
      const view = await readStockView(fixture.database, goodsId);
      const { available = 0, held = 0, sold = 0 } = view ?? {};
      return { available, held, sold };
    },
    differences: async () => (await audit(fixture.database)).differences,
    drop: async () => {
      client.close();
      await server.close();
      await fixture.drop();
    },
  };
}
