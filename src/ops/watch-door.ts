import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { type Logger, messageOf } from '../kernel/index.ts';
import type { Ops } from './create-ops.ts';

export interface WatchDoorParts {
  readonly bind: string;
  readonly port: number;
  readonly ops: Pick<Ops, 'metrics' | 'readiness'>;
  /** May whoever sends these headers read the metrics? */
  readonly mayRead: (headers: IncomingHttpHeaders) => boolean;
  readonly logger: Logger;
}

export interface WatchDoor {
  readonly url: string;
  close(): Promise<void>;
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** Health and metrics of a process that has no other door. */
export async function startWatchDoor(parts: WatchDoorParts): Promise<WatchDoor> {
  const server = createServer({ requestTimeout: 5000, headersTimeout: 5000 }, (request, reply) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    answer(request.method ?? '', path, request.headers, reply, parts).catch((error: unknown) => {
      parts.logger.error('a probe could not be answered', { path, error: messageOf(error) });
      reply.destroy();
    });
  });
  server.listen(parts.port, parts.bind);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : parts.port;
  const host = parts.bind.includes(':') ? `[${parts.bind}]` : parts.bind;
  return {
    url: `http://${host}:${port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
  reply: ServerResponse,
  { ops, mayRead }: WatchDoorParts,
): Promise<void> {
  const send = (status: number, type: string, body: string): void => {
    reply.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
    reply.end(method === 'HEAD' ? undefined : body);
  };
  const sendJson = (status: number, body: object): void =>
    send(status, JSON_TYPE, JSON.stringify(body));
  if (method !== 'GET' && method !== 'HEAD') return sendJson(405, { error: 'only GET is allowed' });
  switch (path) {
    case '/healthz':
      return sendJson(200, { alive: true });
    case '/readyz': {
      const readiness = await ops.readiness();
      return sendJson(readiness.ready ? 200 : 503, readiness);
    }
    case '/metrics': {
      if (!mayRead(headers)) return sendJson(401, { error: 'a viewer token is needed' });
      const { contentType, text } = await ops.metrics();
      return send(200, contentType, text);
    }
    default:
      return sendJson(404, { error: 'there are /healthz, /readyz and /metrics' });
  }
}
