import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HttpParts, startHttp } from '../../src/api/index.ts';
import { openCache } from '../../src/cache/index.ts';
import { cachedGoods } from '../../src/catalogue/index.ts';
import { randomName, systemClock, systemRandom } from '../../src/kernel/index.ts';
import { openObjects, UploadRows, Uploads } from '../../src/media/index.ts';
import { readsOfPrimary } from '../../src/mysql/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { type SagaFixture, type SagaFixtureOptions, sagaFixture } from './saga-fixture.ts';

export const TOKENS = {
  producer: 'test-token-of-producer',
  payments: 'test-token-of-payments',
  viewer: 'test-token-of-viewer',
  operator: 'test-token-of-operator',
} as const;

export const PAYMENT_SECRET = 'test-secret-of-payments';

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  // A test reads whatever fields it expects there.
  readonly body: Record<string, unknown>;
}

export interface HttpRoom extends SagaFixture {
  readonly url: string;
  /** Stops the HTTP API alone; what is behind it goes on. */
  stopServer(): Promise<void>;
  /** Sends a request as a caller of this role, or as a stranger. */
  send(
    role: keyof typeof TOKENS | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answered>;
}

/** What the ops room offers, for tests that are about something else. */
const quietOps: HttpParts['ops'] = {
  metrics: () => Promise.resolve({ contentType: 'text/plain', text: 'up 1\n' }),
  readiness: () => Promise.resolve({ ready: true }),
  auditSeen: () => undefined,
  overview: {
    now: () => Promise.resolve({}),
    stock: () => Promise.resolve({}),
    owed: () => Promise.resolve({}),
    acted: () => undefined,
  },
  board: () => async (app) => {
    app.get('/', () => 'board');
  },
};

/** What the HTTP API needs, over a saga and a database that are there. */
export function httpParts(
  { database, saga }: Pick<SagaFixture, 'database' | 'saga'>,
  more: Partial<HttpParts> = {},
): HttpParts {
  const cache = openCache({
    url: null,
    name: 'test-cache',
    logger: silentLogger,
    clock: systemClock,
    random: systemRandom,
  });
  // A folder that is made when something is kept in it.
  const folder = join(tmpdir(), `holdfast-media-${randomName(6)}`);
  const place = { kind: 'local', folder } as const;
  return {
    cache,
    goods: cachedGoods(database, cache, systemClock),
    uploads: new Uploads(new UploadRows(database), openObjects(place, systemClock)),
    doors: {
      bind: '127.0.0.1',
      httpPort: { number: 0, isChosen: true },
      rateLimit: 1_000_000,
      tokens: {
        producer: [TOKENS.producer],
        payments: [TOKENS.payments],
        viewer: [TOKENS.viewer],
        operator: [TOKENS.operator],
      },
      paymentSecrets: [PAYMENT_SECRET],
    },
    database,
    reads: readsOfPrimary(database),
    saga,
    logger: silentLogger,
    clock: systemClock,
    ops: quietOps,
    queueCounts: () => Promise.resolve([]),
    enqueue: () => Promise.resolve(),
    ...more,
  };
}

/** The HTTP API on a port of its own, over a saga and a database of its own. */
export async function httpRoom(
  options: SagaFixtureOptions & {
    readonly parts?: Partial<HttpParts>;
    readonly doors?: Partial<HttpParts['doors']>;
  } = {},
): Promise<HttpRoom> {
  const fixture = await sagaFixture(options);
  const { logger = silentLogger } = options;
  const parts = httpParts(fixture, { logger, ...options.parts });
  const server = await startHttp({ ...parts, doors: { ...parts.doors, ...options.doors } });
  return {
    ...fixture,
    url: server.url,
    send: async (role, method, path, body, headers = {}) => {
      const response = await fetch(server.url + path, {
        method,
        headers: {
          ...(role ? { authorization: `Bearer ${TOKENS[role]}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        redirect: 'manual',
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: jsonOf(text) };
    },
    stopServer: () => server.close(),
    drop: async () => {
      await server.close();
      await fixture.drop();
    },
  };
}

function jsonOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { text }; // a page, or nothing
  }
}
