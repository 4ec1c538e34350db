import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { type BoardParts, METHODS, openBoard } from './board-server.ts';

export type MayAct = (request: FastifyRequest) => boolean;

/** What the board's server is told of a request; who sent it was asked before. */
const TOLD = ['accept', 'content-type', 'if-modified-since', 'if-none-match', 'range'];
/** What the server in front says for itself. */
const OWN = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding']);

/**
 * Bull Board, as a plugin for the prefix /queues. The board is a server of its own behind this
 * one: it is loaded at the first request, so that no start waits for it, and what it registers
 * meets nothing of the server in front.
 */
export function queueBoard(parts: BoardParts): (mayAct: MayAct) => FastifyPluginAsync {
  return (mayAct) => async (scope) => {
    let opening: Promise<FastifyInstance> | undefined;
    const board = async (): Promise<FastifyInstance> => {
      opening ??= openBoard(parts);
      try {
        return await opening;
      } catch (error) {
        opening = undefined; // the next request tries again
        throw error;
      }
    };
    scope.addHook('onRequest', async (request, reply) => {
      if (isReading(request) || mayAct(request)) return;
      await reply.code(403).send(refusal('only an operator may do this'));
    });
    scope.addHook('onResponse', async (request, reply) => {
      if (isReading(request)) return;
      const { method, url } = request;
      parts.logger.info('queues board', { method, path: url, status: reply.statusCode });
    });
    scope.addHook('onClose', async () => {
      if (opening) await (await opening).close();
    });
    for (const url of ['/', '/*']) {
      scope.route({
        method: [...METHODS],
        url,
        schema: { hide: true }, // no part of the API, so of no description of it
        handler: async (request, reply) => await passOn(await board(), request, reply),
      });
    }
  };
}

async function passOn(
  board: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const headers = Object.entries(request.headers).filter(([name]) => TOLD.includes(name));
  const answer = await board.inject({
    method: request.method as (typeof METHODS)[number],
    url: request.url,
    headers: Object.fromEntries(headers),
    ...(request.body ? { payload: request.body } : {}),
  });
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined && !OWN.has(name)) void reply.header(name, value);
  }
  return reply.code(answer.statusCode).send(answer.rawPayload);
}

function isReading({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** In the form that the page of the board understands. */
function refusal(message: string): object {
  return { error: { key: 'ERRORS.FORBIDDEN' }, message };
}
