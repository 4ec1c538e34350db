import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** OpenAPI, made of the very schemas that check requests and shape answers. */
export async function describeRoutes(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Holdfast',
        description:
          'Order and inventory sagas that never oversell and never lose a unit. ' +
          'Everything is idempotent: send again whatever you have no answer for.',
        version: '1',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'a token of the role that a route asks for',
          },
          signature: { type: 'apiKey', in: 'header', name: 'Holdfast-Signature' },
        },
      },
      security: [{ token: [] }],
      tags: [
        { name: 'orders' },
        { name: 'payments' },
        { name: 'stock' },
        { name: 'notices', description: 'what the receiver was told' },
        { name: 'books', description: 'recounted, and what could not be entered' },
        { name: 'operation', description: 'health, metrics, what happens now' },
      ],
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
  app.get(
    '/openapi.json',
    { config: { open: 'everybody' }, schema: { hide: true } },
    async (_request, reply) => await reply.send(app.swagger()),
  );
}
