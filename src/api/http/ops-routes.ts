import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { rolesAllow } from '../access.ts';
import { refusals, refused } from './answer-shapes.ts';
import type { HttpParts } from './http-parts.ts';
import { isLoopback } from '../../kernel/index.ts';

const readinessShape = Type.Object(
  { ready: Type.Boolean() },
  {
    additionalProperties: true,
    description: 'each dependency by itself, as docs/reference/health.md tells',
  },
);

/** However much there is to do, whoever watches must be able to see it. */
const alwaysAnswered = { pressureHandler: () => undefined } as const;

/** For those who watch the system: is it alive, does work go on, how fast, and the queues. */
export async function opsRoutes(app: FastifyInstance, { doors, ops }: HttpParts): Promise<void> {
  const tags = ['operation'];
  app.get(
    '/healthz',
    {
      config: { open: 'everybody', ...alwaysAnswered },
      schema: {
        tags,
        operationId: 'isAlive',
        summary: 'Is this process alive?',
        response: {
          200: Type.Object({ alive: Type.Boolean() }, { description: 'it is' }),
          ...refused(400, 429, 503),
        },
      },
    },
    () => ({ alive: true }),
  );
  app.get(
    '/readyz',
    {
      config: { open: 'everybody', ...alwaysAnswered },
      schema: {
        tags,
        operationId: 'isReady',
        summary: 'Can it take orders, and does work go on? Every dependency by itself',
        response: { ...refused(400, 429), 200: readinessShape, 503: readinessShape },
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
      config: { open: isLoopback(doors.bind) ? 'everybody' : ['viewer'], ...alwaysAnswered },
      schema: {
        tags,
        operationId: 'readMetrics',
        summary: 'Metrics for Prometheus; beyond loopback for viewers only',
        response: {
          200: {
            description: 'in the text format of Prometheus',
            content: { 'text/plain': { schema: Type.String() } },
          },
          ...refusals(),
        },
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
