import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';

export interface ListedRoute {
  readonly method: string;
  readonly url: string;
}

/**
 * Every route of the servers that this work starts, HEAD routes and those of libraries among them:
 * Fastify tells whoever listens of each server that it makes, before it has any.
 */
export async function listRoutes<T>(
  work: () => Promise<T>,
): Promise<{ readonly made: T; readonly routes: readonly ListedRoute[] }> {
  const routes: ListedRoute[] = [];
  const listen = (message: unknown): void => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) routes.push({ method: one, url });
    });
  };
  subscribe('fastify.initialization', listen);
  try {
    return { made: await work(), routes };
  } finally {
    unsubscribe('fastify.initialization', listen);
  }
}
