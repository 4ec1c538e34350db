import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import underPressure from '@fastify/under-pressure';
import Fastify, { type FastifyInstance } from 'fastify';
import { AppError, randomName } from '../../kernel/index.ts';
import { createAccess } from '../access.ts';
import { bookRoutes } from './book-routes.ts';
import { refuseBrokenRequest } from './broken-requests.ts';
import { checkEveryRequest } from './checked-requests.ts';
import { consoleActs } from './console-acts.ts';
import { consoleFiles } from './console-files.ts';
import { consoleRoutes } from './console-routes.ts';
import { catalogueRoutes } from './catalogue-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { guard } from './guard.ts';
import { holdRoutes } from './hold-routes.ts';
import type { HttpParts } from './http-parts.ts';
import { IdempotencyKeys } from './idempotency-keys.ts';
import { readJsonOnly } from './json-bodies.ts';
import { describeRoutes } from './openapi.ts';
import { keepingRoutes } from './keeping-routes.ts';
import { noticeRoutes } from './notice-routes.ts';
import { opsRoutes } from './ops-routes.ts';
import { OrderDesk } from './order-desk.ts';
import { orderRoutes } from './order-routes.ts';
import { pageRoutes } from './page-routes.ts';
import { partRoutes } from './part-routes.ts';
import { paymentRoutes } from './payment-routes.ts';
import { refundRoutes } from './refund-routes.ts';
import { answerError } from './problems.ts';
import { countFailures, limitRates } from './rate-limits.ts';
import { stockRoutes } from './stock-routes.ts';
import { uploadRoutes } from './upload-routes.ts';
import { webhookRoutes } from './webhook-routes.ts';

/** Every route of the HTTP API, and what stands before them; not listening yet. */
export async function createHttpApp(parts: HttpParts): Promise<FastifyInstance> {
  const { doors, logger, database, saga } = parts;
  const app = bareApp(parts);
  const access = createAccess(doors.tokens);
  refuseWhenStopping(app);
  await app.register(cookie);
  await app.register(helmet, { contentSecurityPolicy: { directives: POLICY } });
  await app.register(underPressure, { maxEventLoopDelay: LATE_MS, retryAfter: 1 });
  await limitRates(app, doors.rateLimit);
  const countFailure = countFailures(app);
  guard(app, { access, countFailure });
  readJsonOnly(app);
  checkEveryRequest(app);
  await describeRoutes(app);
  const keys = new IdempotencyKeys(database, logger);
  const desk = new OrderDesk(saga);
  app.addHook('preClose', async () => desk.stopWaiting());
  app.addHook('onClose', async () => keys.close());
  orderRoutes(app, parts, { keys, desk });
  holdRoutes(app, parts);
  partRoutes(app, parts);
  paymentRoutes(app, parts);
  refundRoutes(app, parts);
  await webhookRoutes(app, parts, countFailure);
  stockRoutes(app, parts);
  keepingRoutes(app, parts);
  catalogueRoutes(app, parts);
  await uploadRoutes(app, parts, countFailure);
  bookRoutes(app, parts);
  noticeRoutes(app, parts);
  eventRoutes(app, parts);
  await opsRoutes(app, parts);
  consoleRoutes(app, parts);
  consoleActs(app, parts);
  consoleFiles(app);
  await pageRoutes(app, { access, countFailure });
  return app;
}

/** This late on average in a second, and nobody waits for the answers any more. */
const LATE_MS = 1000;

const POLICY = {
  'default-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  // A page over plain http on this machine must be able to load its own style.
  'upgrade-insecure-requests': null,
} as const;

const BODY_MAX = 1024 * 1024;
const HEADERS_MAX = 8 * 1024;

/** Limits on everything a stranger can send, before anything is looked at. */
function bareApp({ logger, clock }: HttpParts): FastifyInstance {
  const answer = answerError(logger, clock);
  const app = Fastify({
    logger: false,
    genReqId: () => randomName(8),
    bodyLimit: BODY_MAX,
    routerOptions: { maxParamLength: 128 },
    requestTimeout: 10_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 20_000,
    return503OnClosing: false, // it would not be a problem of our shape
    forceCloseConnections: 'idle',
    // Node looks for late requests every half minute, which is no limit of ten seconds.
    http: { maxHeaderSize: HEADERS_MAX, connectionsCheckingInterval: 2000 },
    clientErrorHandler: refuseBrokenRequest,
    frameworkErrors: (error, request, reply) => void answer(error, request, reply),
  });
  app.setErrorHandler(answer);
  return app;
}

/** Requests under way get their answer; on the same connection no other is begun. */
function refuseWhenStopping(app: FastifyInstance): void {
  let isStopping = false;
  // Connections that have sent no request yet: Node takes them for busy, and would wait.
  const unused = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  app.server.on('request', ({ socket }: IncomingMessage) => unused.delete(socket));
  app.addHook('preClose', async () => {
    isStopping = true;
    for (const socket of unused) socket.destroy();
  });
  app.addHook('onRequest', (_request, _reply, done) => {
    if (!isStopping) done();
    else done(new AppError('stopping', 'this process is stopping', { retryable: true }));
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isStopping) void reply.header('connection', 'close');
    done(null, payload);
  });
}
