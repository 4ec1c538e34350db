import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { assert } from '../../kernel/index.ts';
import { type Access, bearerToken, type Role, rolesAllow } from '../access.ts';
import { loginPage, STRICT_POLICY } from './pages.ts';
import { problem, sendProblem } from './problems.ts';
import type { CountFailure } from './rate-limits.ts';

/** Who may use a route: everybody, callers of these roles, or whoever signs what it brings. */
export type Openness = 'everybody' | 'signed' | readonly Role[];

declare module 'fastify' {
  interface FastifyContextConfig {
    open?: Openness;
  }
  interface FastifyRequest {
    /** Null as long as no known token was seen. */
    role: Role | null;
    /** A name for whoever has this token, that does not tell the token. */
    caller: string | null;
  }
}

/** Everybody who has a token may read orders and stock. */
export const READERS: readonly Role[] = ['viewer', 'producer', 'payments'];

export const SESSION_COOKIE = 'holdfast_token';

/** Routes of libraries do not say who may use them; their address does. */
const LIBRARY_ROUTES: readonly (readonly [prefix: string, open: Openness])[] = [
  ['/docs', 'everybody'],
  ['/queues', ['viewer']],
];

export interface GuardOptions {
  readonly access: Access;
  readonly countFailure: CountFailure;
}

/** Nobody gets past without a role that the route names, and no route goes without naming one. */
export function guard(app: FastifyInstance, { access, countFailure }: GuardOptions): void {
  app.decorateRequest('role', null);
  app.decorateRequest('caller', null);
  app.addHook('onRoute', (route) => {
    const open = route.config?.open ?? opennessByAddress(route);
    assert(open !== undefined, `route ${route.url} does not say who may use it`);
    route.config = { ...route.config, open };
  });
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404) return; // there is nothing here to guard
    const open = request.routeOptions.config.open ?? [];
    if (open === 'everybody' || open === 'signed') return;
    const { token, from } = tokenOf(request);
    const role = token === null ? null : access.roleOf(token);
    if (token === null || role === null) {
      await countFailure(request);
      return await refuseStranger(request, reply);
    }
    request.role = role;
    request.caller = createHash('sha256').update(token).digest('base64');
    if (!rolesAllow(role, open)) return await refuseRole(role, reply, open);
    if (from === 'cookie' && isForeign(request)) return await refuseOrigin(reply);
    void reply.header('cache-control', 'no-store'); // what one caller may see is not for the next
  });
}

function opennessByAddress({ url }: RouteOptions): Openness | undefined {
  return LIBRARY_ROUTES.find(([prefix]) => url === prefix || url.startsWith(`${prefix}/`))?.[1];
}

function tokenOf(request: FastifyRequest): { token: string | null; from: 'header' | 'cookie' } {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    return { token: bearerToken(authorization), from: 'header' };
  }
  return { token: request.cookies[SESSION_COOKIE] ?? null, from: 'cookie' };
}

/**
 * A browser sends its cookie with whatever page asks; only our own pages may act with it. Browsers
 * say whose page it is; over plain HTTP from another machine only by its origin.
 */
export function isForeign({ method, headers }: FastifyRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (site !== undefined) return site !== 'same-origin';
  return origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
}

async function refuseStranger(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  void reply.header('www-authenticate', 'Bearer realm="holdfast"');
  if (request.method === 'GET' && request.headers.accept?.includes('text/html')) {
    void reply.header('content-security-policy', STRICT_POLICY);
    await reply.code(401).type('text/html; charset=utf-8').send(loginPage(request.url));
    return;
  }
  const detail = 'send "Authorization: Bearer <token>" with a token that this system knows';
  await sendProblem(reply, problem(401, 'unauthorized', detail));
}

async function refuseRole(role: Role, reply: FastifyReply, open: readonly Role[]): Promise<void> {
  const detail = `the role ${role} may not do this; it takes ${open.join(' or ')}`;
  await sendProblem(reply, problem(403, 'forbidden', detail));
}

export async function refuseOrigin(reply: FastifyReply): Promise<void> {
  const detail = 'a page of another site may not act with your login';
  await sendProblem(reply, problem(403, 'forbidden', detail));
}
