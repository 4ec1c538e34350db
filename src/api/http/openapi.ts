import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { problemShape } from './answer-shapes.ts';
import type { Openness } from './guard.ts';

const DOCUMENT = {
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
        description: 'a token of a role that the route names; an operator may what a viewer may',
      },
      signature: {
        type: 'apiKey',
        in: 'header',
        name: 'Holdfast-Signature',
        description: 't=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">; up to 16 v1 in a row',
      },
    },
  },
  security: [{ token: [] }],
  tags: [
    { name: 'orders', description: 'placed, read, cancelled' },
    { name: 'payments', description: 'told of, by the shop or by the provider' },
    { name: 'stock', description: 'what there is, and where' },
    { name: 'catalogue', description: 'goods, brands, categories and banners' },
    { name: 'media', description: 'pictures, from a browser to where they are kept' },
    { name: 'notices', description: 'what the receiver was told' },
    { name: 'books', description: 'recounted, and what could not be entered' },
    { name: 'console', description: 'what the page at / shows and does' },
    { name: 'operation', description: 'health, metrics, what happens now' },
  ],
} as const;

/** All of the page comes from here, also over plain HTTP. */
const PAGE_POLICY = {
  'default-src': "'self'",
  'base-uri': "'self'",
  'form-action': "'self'",
  'frame-ancestors': "'self'",
  'img-src': "'self' data:",
  'object-src': "'none'",
  'script-src': "'self'",
  'script-src-attr': "'none'",
  'style-src': "'self'",
};

/** OpenAPI, made of the very schemas that check requests and shape answers. */
export async function describeRoutes(app: FastifyInstance): Promise<void> {
  app.addSchema(problemShape);
  await app.register(swagger, {
    openapi: { ...DOCUMENT, tags: [...DOCUMENT.tags], security: [{ token: [] }] },
    refResolver: { buildLocalReference: (schema) => schema['$id'] as string },
    transform: ({ schema, url, route }) => ({
      url,
      schema: withCallers(schema, route.config?.open ?? []),
    }),
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: PAGE_POLICY,
    // Else the page asks a server of strangers whether our document is valid.
    uiConfig: { validatorUrl: null, persistAuthorization: false },
  });
  app.get(
    '/openapi.json',
    { config: { open: 'everybody' }, schema: { hide: true } },
    async (_request, reply) => await reply.send(app.swagger()),
  );
}

/** Who may call is said where it is decided, and told from there. */
function withCallers(schema: FastifySchema | undefined, open: Openness): FastifySchema {
  if (!schema) return { hide: true }; // the board's own routes are for its page alone
  if (open === 'signed') return { ...schema, security: [{ signature: [] }] };
  const said = schema.description === undefined ? [] : [schema.description];
  if (open === 'everybody') {
    const description = [...said, 'Role: none.'].join('\n\n');
    return { ...schema, description, security: [] };
  }
  const description = [...said, `Role: ${open.join(', ')}.`].join('\n\n');
  return { ...schema, description, security: [{ token: [] }] };
}
