import type { FastifyInstance } from 'fastify';
import { AppError, isLoopback } from '../../kernel/index.ts';
import { createHttpApp } from './http-app.ts';
import type { HttpDoors, HttpParts } from './http-parts.ts';
import { listenNear } from '../listen.ts';

const STOP_MS = 5000;

export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Opens the HTTP door; resolves when it takes requests. */
export async function startHttp(parts: HttpParts): Promise<HttpServer> {
  const { doors, logger } = parts;
  assertKnownCallers(doors);
  const app = await createHttpApp(parts);
  const host = doors.bind;
  const wanted = {
    host,
    ...doors.httpPort,
    what: 'the HTTP API',
    setting: 'HOLDFAST_HTTP_PORT',
  };
  try {
    const url = await listenNear(wanted, logger, (port) => app.listen({ host, port }));
    return { url, close: () => closeWithin(app, STOP_MS) };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** Who takes longer to take the answer than a stop may last is cut off. */
async function closeWithin(app: FastifyInstance, stopMs: number): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), stopMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
  }
}

/** Beyond loopback nobody comes in unless somebody has said who may. */
function assertKnownCallers({ bind, tokens, paymentSecrets }: HttpDoors): void {
  if (isLoopback(bind)) return;
  const missing = [
    ...Object.entries(tokens).flatMap(([role, known]) =>
      known.length === 0 ? [`HOLDFAST_${role.toUpperCase()}_TOKENS`] : [],
    ),
    ...(paymentSecrets.length === 0 ? ['HOLDFAST_PAYMENT_SECRETS'] : []),
  ];
  if (missing.length === 0) return;
  throw new AppError(
    'callers-unknown',
    `HOLDFAST_BIND is ${bind}, beyond loopback, and nobody is named who may come in: ` +
      `set ${missing.join(', ')}`,
    { details: { missing } },
  );
}
