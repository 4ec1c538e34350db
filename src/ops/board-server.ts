import type { FastifyInstance } from 'fastify';
import { type Logger, messageOf } from '../kernel/index.ts';
import { openBoardQueues } from '../queues/index.ts';
import { type RedisClient, whenReady } from '../redis/index.ts';
import { orderLink, shownName, shownPayload } from './shown-payload.ts';

export interface BoardParts {
  readonly redis: () => RedisClient;
  readonly queuePrefix: string;
  readonly logger: Logger;
}

export const METHODS = ['GET', 'PUT', 'POST', 'PATCH'] as const;

const BASE = '/queues';
const READY_MS = 1500;
/** A page that reaches for other servers tells them who looks at it. */
const OUTSIDE = /<link href="https?:\/\/[^>]*>/g;
/** What the board shows is redacted, so writing it back would put stars into an order. */
const WRITES_PAYLOAD = /\/(?:add|update-data)$/;

/** Bull Board over the four queues. It never listens: it is asked through the server in front. */
export async function openBoard(parts: BoardParts): Promise<FastifyInstance> {
  const [{ default: fastify }, { createBullBoard }, { BullMQAdapter }, { FastifyAdapter }] =
    await Promise.all([
      import('fastify'),
      import('@bull-board/api'),
      import('@bull-board/api/bullMQAdapter'),
      import('@bull-board/fastify'),
    ]);
  const adapter = new FastifyAdapter();
  adapter.setBasePath(BASE);
  const board = createBullBoard({
    queues: [],
    serverAdapter: adapter,
    options: {
      uiConfig: {
        boardTitle: 'Holdfast',
        hideDocsLink: true,
        miscLinks: [
          { text: 'Console', url: '/' },
          { text: 'Stuck and owed', url: '/owed' },
        ],
      },
      handlerHooks: { before: async ({ route }) => await refusalOf(route, queuesReady) },
    },
  });
  const queuesReady = onceReady(parts, (queues) => {
    board.setQueues(
      queues.map((queue) => {
        const shown = new BullMQAdapter(queue, { externalJobUrl: ({ data }) => orderLink(data) });
        shown.setFormatter('data', shownPayload);
        shown.setFormatter('returnValue', shownPayload);
        shown.setFormatter('progress', shownPayload);
        shown.setFormatter('name', ({ name }: { name: unknown }) => shownName(name));
        return shown;
      }),
    );
  });
  const server = fastify();
  server.addHook('onSend', async (_request, reply, payload) => {
    const isPage = String(reply.getHeader('content-type')).startsWith('text/html');
    return isPage && typeof payload === 'string' ? payload.replace(OUTSIDE, '') : payload;
  });
  await server.register(adapter.registerPlugin(), { prefix: BASE });
  await server.ready();
  return server;
}

/** Makes the queues at the first moment that their server answers; says why it cannot. */
function onceReady(
  { redis, queuePrefix, logger }: BoardParts,
  show: (queues: Awaited<ReturnType<typeof openBoardQueues>>) => void,
): () => Promise<string | undefined> {
  let isShown = false;
  let opening: Promise<void> | undefined;
  const onError = (error: Error): void =>
    logger.debug('queue trouble on the board', { error: messageOf(error) });
  const open = async (): Promise<void> => {
    show(await openBoardQueues({ connection: redis(), prefix: queuePrefix, onError }));
    isShown = true;
  };
  return async () => {
    try {
      await whenReady(redis(), READY_MS);
      if (isShown) return undefined;
      opening ??= open().finally(() => {
        opening = undefined;
      });
      await opening;
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  };
}

/** Asked before each call to the queues. */
async function refusalOf(route: string, queuesReady: () => Promise<string | undefined>) {
  if (WRITES_PAYLOAD.test(route)) {
    return { allow: false, message: 'what is shown is redacted; use the API to send jobs' };
  }
  const message = await queuesReady();
  if (message === undefined) return { allow: true };
  const errorKey = 'ERRORS.INTERNAL_SERVER_ERROR' as const;
  return { allow: false, status: 500 as const, errorKey, message };
}
