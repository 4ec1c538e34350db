import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { refusals } from './answer-shapes.ts';
import { EventStream, LISTENERS_MAX } from './event-stream.ts';
import type { HttpParts } from './http-parts.ts';
import { problem, sendProblem } from './problems.ts';

/** The one route that does not end. */
export function eventRoutes(app: FastifyInstance, parts: HttpParts): void {
  const stream = new EventStream(parts);
  app.addHook('preClose', async () => stream.close());
  app.get(
    '/v1/events',
    {
      config: { open: ['viewer'] },
      exposeHeadRoute: false, // it would listen for ever and hear nothing
      schema: {
        tags: ['operation'],
        operationId: 'watchEvents',
        summary: 'Orders, stock and queues as they change (server-sent events)',
        description:
          '`order` and `stock` carry a list of what changed in the last 200 ms in this process, ' +
          '`queues` comes every 2 s with how full each queue is.',
        response: {
          200: {
            description: 'a stream without an end',
            content: { 'text/event-stream': { schema: Type.String() } },
          },
          ...refusals(),
        },
      },
    },
    async (_request, reply) => {
      if (stream.isFull) {
        void reply.header('retry-after', '10');
        const detail = `${LISTENERS_MAX} listeners are there already`;
        return await sendProblem(reply, problem(503, 'overloaded', detail));
      }
      void reply.hijack();
      stream.join(reply.raw);
    },
  );
}
