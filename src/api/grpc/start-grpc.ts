import { Server, ServerCredentials, type ServerOptions, setLogger } from '@grpc/grpc-js';
import { type Clock, type Logger, messageOf, pause } from '../../kernel/index.ts';
import { createAccess, type RoleTokens } from '../access.ts';
import { listenNear } from '../listen.ts';
import { createGrpcAccess } from './grpc-access.ts';
import { createHealth } from './health-calls.ts';
import { type InventoryParts, inventoryCalls } from './inventory-calls.ts';
import { loadDefinitions } from './load-definitions.ts';
import { createUnaryCalls } from './unary-calls.ts';

export interface GrpcParts extends InventoryParts {
  readonly doors: GrpcDoors;
  readonly logger: Logger;
  readonly clock: Clock;
  /** How long calls under way may take when the door closes. Default 5 s. */
  readonly graceMs?: number;
}

export interface GrpcDoors {
  readonly bind: string;
  readonly grpcPort: { readonly number: number; readonly isChosen: boolean };
  /** Calls without a token may come from anywhere. */
  readonly grpcOpen: boolean;
  readonly tokens: RoleTokens;
}

export interface GrpcServer {
  /** `host:port`, as a client wants it. */
  readonly address: string;
  close(): Promise<void>;
}

const LIMITS: ServerOptions = {
  'grpc.max_receive_message_length': 1024 * 1024,
  'grpc.max_send_message_length': 1024 * 1024,
  /** On one connection; a client keeps back what is more. */
  'grpc.max_concurrent_streams': 1000,
  /** A peer that has gone without a word is found within 80 s, not after hours. */
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
};

/** Opens the gRPC door; resolves when it takes calls. */
export async function startGrpc(parts: GrpcParts): Promise<GrpcServer> {
  const { doors, logger, clock, graceMs = 5000 } = parts;
  quietLibrary(logger);
  const definitions = await loadDefinitions();
  const tokens = createAccess(doors.tokens);
  const access = createGrpcAccess({ access: tokens, bind: doors.bind, isOpen: doors.grpcOpen });
  const health = createHealth(['', 'Inventory']);
  const server = new Server(LIMITS);
  const unary = createUnaryCalls({ access, logger, clock });
  server.addService(definitions.inventory, inventoryCalls(parts, unary));
  server.addService(definitions.health, health.calls);
  const host = doors.bind;
  const port = await listenNear(
    { host, ...doors.grpcPort, what: 'gRPC', setting: 'HOLDFAST_GRPC_PORT' },
    logger,
    (number) => bind(server, addressOf(host, number)),
  );
  let closing: Promise<void> | undefined;
  return {
    address: addressOf(host, port),
    close: () => {
      health.stop();
      closing ??= shutDown(server, graceMs, logger);
      return closing;
    },
  };
}

function addressOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The library tells of a failure in words alone; the code of the system stands among them. */
async function bind(server: Server, address: string): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (!error) resolve(port);
      else reject(Object.assign(error, { code: /\bE[A-Z]{3,}\b/.exec(messageOf(error))?.[0] }));
    });
  });
}

/** Calls under way come to their end, within bounds; new ones are sent elsewhere. */
async function shutDown(server: Server, graceMs: number, logger: Logger): Promise<void> {
  const ended = new AbortController();
  server.tryShutdown(() => ended.abort());
  if ((await pause(graceMs, ended.signal)) === 'aborted') return;
  logger.warn('gRPC calls were still under way and are broken off', { graceMs });
  server.forceShutdown();
}

/** What the library cannot do it answers as well; on its own it would write to the terminal. */
function quietLibrary(logger: Logger): void {
  const tell = (text: unknown) => logger.debug('gRPC library', { text: String(text) });
  setLogger({ error: tell, info: tell, debug: tell });
}
