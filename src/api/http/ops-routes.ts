import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { refusals } from './answer-shapes.ts';
import { rolesAllow } from '../access.ts';
import type { HttpParts } from './http-parts.ts';
import { isLoopback } from './listen.ts';

const open = Type.Object({}, { additionalProperties: true });

/** For those who watch the system: is it alive, does work go on, how fast, and the queues. */
export async function opsRoutes(app: FastifyInstance, { doors, ops }: HttpParts): Promise<void> {
  const tags = ['operation'];
  app.get(
    '/healthz',
    {
      config: { open: 'everybody' },
      schema: {
        tags,
        summary: 'Is this process alive?',
        security: [],
        response: { 200: Type.Object({ alive: Type.Boolean() }) },
      },
    },
    () => ({ alive: true }),
  );
  app.get(
    '/readyz',
    {
      config: { open: 'everybody' },
      schema: {
        tags,
        summary: 'Can it take orders, and does work go on? Every dependency by itself',
        security: [],
        response: { 200: open, 503: open },
      },
    },
    async (_request, reply) => {
      const readiness = await ops.readiness();
      return await reply.code(readiness.ready ? 200 : 503).send(readiness);
    },
  );
  app.get(
    '/metrics',
    {
      config: { open: isLoopback(doors.bind) ? 'everybody' : ['viewer'] },
      schema: {
        tags,
        summary: 'Metrics for Prometheus; beyond loopback for viewers only',
        produces: ['text/plain'],
        response: { 200: Type.String(), ...refusals() },
      },
    },
    async (_request, reply) => {
      const { contentType, text } = await ops.metrics();
      return await reply.type(contentType).send(text);
    },
  );
  const board = ops.board(({ role }) => role !== null && rolesAllow(role, ['operator']));
  await app.register(board, { prefix: '/queues' });
}
