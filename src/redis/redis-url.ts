import { AppError } from '../kernel/index.ts';

/** Where the data of one Redis is, however many servers keep it. */
export type RedisPlace =
  | { readonly kind: 'server'; readonly url: string; readonly address: string }
  | (Many & {
      readonly kind: 'sentinel';
      readonly master: string;
      readonly db: number;
      readonly sentinelPassword: string | undefined;
    })
  | (Many & { readonly kind: 'cluster' });

interface Many {
  /** Those to ask first: the sentinels, or some members of the cluster. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: boolean;
  /** `h1:p1,h2:p2`: the only part of the URL that may be logged or shown. */
  readonly address: string;
}

const SCHEME = /^([a-z][a-z0-9+.-]*):/i;
const MANY =
  /^(rediss?)\+(sentinel|cluster):\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/i;
const DEFAULT_PORT = { sentinel: 26379, cluster: 6379 };

/**
 * Reads a URL of the queue Redis: one server, a master that sentinels know, or a cluster. Refuses
 * the rest before ioredis would try to make something of it.
 */
export function redisPlace(url: string): RedisPlace {
  const scheme = SCHEME.exec(url)?.[1]?.toLowerCase();
  const place = /^rediss?\+/.test(scheme ?? '') ? manyOf(url) : serverOf(url, scheme);
  if (place) return place;
  throw new AppError(
    'redis-url-invalid',
    `A Redis URL was asked for, but found was ${scheme ? `a ${scheme}: one` : 'no URL'}; ` +
      'allowed is redis://[user:password@]host[:port][/db], ' +
      'redis+sentinel://[user:password@]h1:26379,h2:26379/master[/db] or ' +
      'redis+cluster://[user:password@]h1:7000,h2:7001, each also as rediss',
    { details: { scheme: scheme ?? null } },
  );
}

/** `host:port` of a lock node: each is a server of its own, since a failover forgets locks. */
export function redisAddress(url: string): string {
  const { kind, address } = redisPlace(url);
  if (kind === 'server') return address;
  throw new AppError(
    'redis-url-unsupported',
    `A redis+${kind}:// URL was given for locks; allowed are redis:// and rediss:// servers that ` +
      'know nothing of each other, since a failover forgets locks that were held',
    { details: { scheme: `redis+${kind}` } },
  );
}

function serverOf(url: string, scheme: string | undefined): RedisPlace | undefined {
  if ((scheme !== 'redis' && scheme !== 'rediss') || !URL.canParse(url)) return undefined;
  const { hostname, port } = new URL(url);
  return hostname ? { kind: 'server', url, address: `${hostname}:${port || '6379'}` } : undefined;
}

function manyOf(url: string): RedisPlace | undefined {
  const [, scheme, kindText, access, list = '', path = '', query = ''] = MANY.exec(url) ?? [];
  const kind = kindText?.toLowerCase();
  if (kind !== 'sentinel' && kind !== 'cluster') return undefined;
  const hosts = list.split(',').map((text) => hostOf(text, DEFAULT_PORT[kind]));
  const [username, password] = (access ?? '').split(':').map(decoded);
  if (!hosts.every((host) => host !== undefined)) return undefined;
  const many: Many = {
    hosts,
    username: username || undefined,
    password: password || undefined,
    tls: scheme?.toLowerCase() === 'rediss',
    address: hosts.map(({ host, port }) => `${host}:${port}`).join(','),
  };
  const asked = new URLSearchParams(query);
  const sentinelPassword = asked.get('sentinelPassword') ?? undefined;
  asked.delete('sentinelPassword');
  if (asked.size > 0) return undefined;
  if (kind === 'cluster') return path || sentinelPassword ? undefined : { ...many, kind };
  const [, master, db = '0'] = /^([^/]+)(?:\/(\d{1,4}))?$/.exec(path) ?? [];
  if (!master) return undefined;
  return { ...many, kind, master: decoded(master), db: Number(db), sentinelPassword };
}

function hostOf(text: string, defaultPort: number): { host: string; port: number } | undefined {
  if (!URL.canParse(`redis://${text}`)) return undefined;
  const { hostname, port, pathname } = new URL(`redis://${text}`);
  if (hostname === '' || pathname !== '') return undefined;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || defaultPort };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a password with a bare % is taken as it stands
  }
}
