import { AppError } from '../kernel/index.ts';

const SCHEME = /^([a-z][a-z0-9+.-]*):/i;

/**
 * Refuses what no client here can speak, before ioredis would try to make something of it, and
 * answers `host:port`: the only part of the URL that may be logged or shown.
 */
export function redisAddress(url: string): string {
  const scheme = SCHEME.exec(url)?.[1]?.toLowerCase();
  if (scheme === 'redis+sentinel' || scheme === 'redis+cluster') {
    throw new AppError(
      'redis-url-unsupported',
      `A ${scheme}:// URL was given, which is not supported yet; use redis:// or rediss://`,
      { details: { scheme } },
    );
  }
  const parsed = scheme === 'redis' || scheme === 'rediss' ? parse(url) : undefined;
  if (!parsed) {
    throw new AppError(
      'redis-url-invalid',
      `A Redis URL was asked for, but found was ${scheme ? `a ${scheme}: one` : 'no URL'}; ` +
        'allowed is redis://[user:password@]host[:port][/db] or rediss://...',
      { details: { scheme: scheme ?? null } },
    );
  }
  return `${parsed.hostname}:${parsed.port || '6379'}`;
}

function parse(url: string): URL | undefined {
  if (!URL.canParse(url)) return undefined;
  const parsed = new URL(url);
  return parsed.hostname ? parsed : undefined;
}
