import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A request as it arrived. */
export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly authorization: string | undefined;
  readonly text: string;
  /** The body as JSON, or null. */
  readonly body: Readonly<Record<string, unknown>> | null;
  readonly atMs: number;
}

export interface Told {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the script does with a request: an answer, or nothing at all on a connection that ends. */
export type Script = (heard: Heard, nth: number) => Told | 'hang-up' | Promise<Told | 'hang-up'>;

/** A real HTTP server on a free port that answers by a script and remembers what it heard. */
export class ScriptedServer {
  readonly heard: Heard[] = [];
  script: Script;
  private readonly server = createServer((request, response) => {
    this.answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  private port = 0;

  private constructor(script: Script) {
    this.script = script;
  }

  static async start(script: Script = inMemoryShop): Promise<ScriptedServer> {
    const scripted = new ScriptedServer(script);
    scripted.server.listen(0, '127.0.0.1');
    await once(scripted.server, 'listening');
    const address = scripted.server.address();
    scripted.port = typeof address === 'object' && address ? address.port : 0;
    return scripted;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** How many orders each request to place carried, in order of arrival. */
  get envelopes(): readonly number[] {
    return this.heard.map(({ body }) => ordersIn(body).length).filter((size) => size > 0);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const url = new URL(request.url ?? '/', this.url);
    const heard: Heard = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.search,
      authorization: request.headers.authorization,
      text,
      body: text === '' ? null : (JSON.parse(text) as Record<string, unknown>),
      atMs: performance.now(),
    };
    this.heard.push(heard);
    const told = await this.script(heard, this.heard.length);
    if (told === 'hang-up') {
      request.socket.destroy();
      return;
    }
    const { status, body = {}, headers = {} } = told;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }
}

type Order = Readonly<Record<string, unknown>>;

/** The orders of a request to place one or several. */
function ordersIn(body: Heard['body']): readonly Order[] {
  if (!body) return [];
  if (Array.isArray(body['orders'])) return body['orders'] as Order[];
  return Object.hasOwn(body, 'lines') ? [body] : [];
}

export function problem(status: number, code: string, more: object = {}): Told {
  const type = `urn:holdfast:error:${code}`;
  const headers = { 'content-type': 'application/problem+json' };
  return { status, headers, body: { type, title: code, status, code, detail: code, ...more } };
}

/** Answers each order by its own id: what is called `short-..` is sold out, the others go. */
function placeOne({ orderId, lines }: Order): Told {
  const id = String(orderId);
  if (id.startsWith('short')) {
    const short = [{ goodsId: 7, requested: 1, available: 0 }];
    return problem(409, 'sold-out', { orderId, state: 'rejected', short });
  }
  if (id.startsWith('clash')) return problem(409, 'order-conflict', { orderId });
  return { status: 202, body: { orderId, state: 'placed', seen: lines } };
}

/** Places one order or several as the real server does, and knows nothing else. */
export const inMemoryShop: Script = ({ path, body }) => {
  if (path === '/v1/orders/batch') {
    const answers = ordersIn(body).map((order) => {
      const { status, body: said } = placeOne(order);
      return { orderId: order['orderId'], ...(said as object), status };
    });
    return { status: 207, body: { answers } };
  }
  if (path === '/v1/orders' && body) return placeOne(body);
  return problem(404, 'no-such-route');
};
