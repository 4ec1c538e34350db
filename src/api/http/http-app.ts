import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import underPressure from '@fastify/under-pressure';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { randomName } from '../../kernel/index.ts';
import { createAccess } from '../access.ts';
import { bookRoutes } from './book-routes.ts';
import { checkRequests } from './checked-requests.ts';
import { describeRoutes } from './openapi.ts';
import { eventRoutes } from './event-routes.ts';
import { guard } from './guard.ts';
import type { HttpParts } from './http-parts.ts';
import { IdempotencyKeys } from './idempotency-keys.ts';
import { noticeRoutes } from './notice-routes.ts';
import { opsRoutes } from './ops-routes.ts';
import { orderRoutes } from './order-routes.ts';
import { pageRoutes } from './page-routes.ts';
import { paymentRoutes } from './payment-routes.ts';
import { answerError, problem, refuseBrokenRequest, sendProblem } from './problems.ts';
import { stockRoutes } from './stock-routes.ts';
import { webhookRoutes } from './webhook-routes.ts';

const FAILURES_A_MINUTE = 300;

/** Every route of the HTTP API, and what stands before them; not listening yet. */
export async function createHttpApp(parts: HttpParts): Promise<FastifyInstance> {
  const { doors, logger } = parts;
  const app = bareApp(parts);
  const access = createAccess(doors.tokens);
  await app.register(cookie);
  await app.register(helmet, { contentSecurityPolicy: { directives: POLICY } });
  await app.register(underPressure, { maxEventLoopDelay: 2000, retryAfter: 1 });
  await app.register(rateLimit, {
    max: doors.rateLimit * RATE_WINDOW_S,
    timeWindow: RATE_WINDOW_S * 1000,
    cache: 10_000,
    // A caller is who has the token; who has none is where it comes from.
    keyGenerator: ({ headers, ip }) => headers.authorization ?? ip,
  });
  const failures = app.createRateLimit({
    max: FAILURES_A_MINUTE,
    timeWindow: 60_000,
    keyGenerator: ({ ip }: FastifyRequest) => `failed ${ip}`,
  });
  const tooManyFailures = async (request: FastifyRequest) => {
    const limit = await failures(request);
    return !limit.isAllowed && limit.isExceeded;
  };
  guard(app, { access, tooManyFailures });
  await describeRoutes(app);
  const keys = new IdempotencyKeys(parts.database, logger);
  app.addHook('onClose', async () => keys.close());
  orderRoutes(app, parts, keys);
  paymentRoutes(app, parts);
  await webhookRoutes(app, parts);
  stockRoutes(app, parts);
  bookRoutes(app, parts);
  noticeRoutes(app, parts);
  eventRoutes(app, parts);
  await opsRoutes(app, parts);
  await pageRoutes(app, { access, tooManyFailures });
  return app;
}

/** A burst of a few seconds is a sale, not an attack. */
const RATE_WINDOW_S = 10;

const POLICY = {
  'default-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  // A page over plain http on this machine must be able to load its own style.
  'upgrade-insecure-requests': null,
} as const;

const BODY_MAX = 1024 * 1024;
const HEADERS_MAX = 8 * 1024;

/** Limits on everything a stranger can send, before anything is looked at. */
function bareApp({ logger }: HttpParts): FastifyInstance {
  const app = Fastify({
    logger: false,
    genReqId: () => randomName(8),
    bodyLimit: BODY_MAX,
    routerOptions: { maxParamLength: 128 },
    requestTimeout: 10_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 20_000,
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    http: { maxHeaderSize: HEADERS_MAX },
    clientErrorHandler: refuseBrokenRequest,
  });
  app.setValidatorCompiler(checkRequests);
  app.setErrorHandler(answerError(logger));
  app.setNotFoundHandler(async ({ method }, reply) => {
    const detail = `there is no route for ${method} here; /docs lists those there are`;
    await sendProblem(reply, problem(404, 'no-such-route', detail));
  });
  return app;
}
