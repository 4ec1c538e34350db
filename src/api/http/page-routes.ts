import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { checkedBy } from '../../shapes/index.ts';
import { rolesAllow } from '../access.ts';
import { type GuardOptions, isForeign, refuseOrigin, SESSION_COOKIE } from './guard.ts';
import { loginPage, PAGE_STYLE, safeTarget, STRICT_POLICY } from './pages.ts';

const HTML = 'text/html; charset=utf-8';
const checkLogin = checkedBy(
  Type.Object({
    token: Type.String({ maxLength: 256, description: 'a token' }),
    next: Type.Optional(Type.String({ maxLength: 2048 })),
  }),
);

const cookieOptions = { path: '/', httpOnly: true, sameSite: 'strict', secure: 'auto' } as const;

/** The way in for people. */
export async function pageRoutes(app: FastifyInstance, options: GuardOptions): Promise<void> {
  const toAll = { schema: { hide: true }, config: { open: 'everybody' } } as const;
  app.get('/page.css', toAll, async (_request, reply) => {
    return await reply.type('text/css').header('cache-control', 'max-age=3600').send(PAGE_STYLE);
  });
  app.get<{ Querystring: { next?: string } }>('/login', toAll, async ({ query }, reply) => {
    void reply.header('content-security-policy', STRICT_POLICY);
    return await reply.type(HTML).send(loginPage(query.next ?? '/'));
  });
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 4096 },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    );
    loginRoutes(scope, options);
  });
}

function loginRoutes(app: FastifyInstance, { access, countFailure }: GuardOptions): void {
  const toAll = { schema: { hide: true }, config: { open: 'everybody' } } as const;
  // A page of somebody else must not log a person out, nor in under another name.
  app.addHook('onRequest', async (request, reply) => {
    if (isForeign(request)) await refuseOrigin(reply);
  });
  app.post('/login', toAll, async (request, reply) => {
    const { token, next = '/' } = checkLogin(request.body);
    const role = access.roleOf(token);
    if (role !== null && rolesAllow(role, ['viewer'])) {
      return await reply
        .setCookie(SESSION_COOKIE, token, cookieOptions)
        .redirect(safeTarget(next), 303);
    }
    await countFailure(request);
    void reply.header('content-security-policy', STRICT_POLICY);
    return await reply.code(401).type(HTML).send(loginPage(next, true));
  });
  app.post('/logout', toAll, async (_request, reply) => {
    return await reply.clearCookie(SESSION_COOKIE, cookieOptions).redirect('/login', 303);
  });
}
