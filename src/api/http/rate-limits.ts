import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../kernel/index.ts';
import { problem, sendProblem } from './problems.ts';

/** A burst of a few seconds is a sale, not an attack. */
const WINDOW_S = 10;
/** Callers that are remembered; beyond, the one that was silent longest is forgotten. */
const CALLERS_MAX = 10_000;
const FAILURES_A_MINUTE = 300;

/** Counts one failed try of the address; rejects when it has had too many. */
export type CountFailure = (request: FastifyRequest) => Promise<void>;

/**
 * Bounds what one caller can ask of this process; counted here, so that no other server has to be
 * there for it. It runs after the guard: a caller is who has the token, never what was sent as one.
 */
export async function limitRates(app: FastifyInstance, perSecond: number): Promise<void> {
  await app.register(rateLimit, {
    max: perSecond * WINDOW_S,
    timeWindow: WINDOW_S * 1000,
    cache: CALLERS_MAX,
    keyGenerator: ({ caller, ip }) => caller ?? addressOf(ip),
  });
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, async ({ method }, reply) => {
    const detail = `there is no route for ${method} here; /docs lists those there are`;
    await sendProblem(reply, problem(404, 'no-such-route', detail));
  });
}

export function countFailures(app: FastifyInstance): CountFailure {
  const count = app.createRateLimit({
    max: FAILURES_A_MINUTE,
    timeWindow: 60_000,
    keyGenerator: ({ ip }: FastifyRequest) => addressOf(ip),
  });
  return async (request) => {
    const limit = await count(request);
    if (limit.isAllowed || !limit.isExceeded) return;
    const message = 'too many requests without a known token or signature came from this address';
    throw new AppError('too-many-requests', message);
  };
}

/** One machine has a whole network of the newer addresses. */
function addressOf(ip: string): string {
  return normalizeIP(ip);
}
