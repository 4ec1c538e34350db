import type { TlsTrust } from '../kernel/index.ts';

/** How the driver shall speak with the server, over whatever connection. */
export function driverSettings(url: string, tls: TlsTrust = {}) {
  return {
    uri: url,
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: true,
    supportBigNumbers: true,
    // Values never become part of a text here: the driver escapes every one of them.
    multipleStatements: true,
    connectTimeout: 3000,
    ...(isProtected(url) && { ssl: protection(tls) }),
  };
}

interface Protection {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly verifyIdentity: boolean;
}

/** By itself the driver would take any name that somebody it trusts has vouched for. */
function protection(tls: TlsTrust): Protection {
  const texts = Object.entries(tls).map(([name, pem]) => [name, String(pem)]);
  return { ...(Object.fromEntries(texts) as Partial<Protection>), verifyIdentity: true };
}

/** Asked for by the scheme, as with the other servers: `mysqls://`. */
function isProtected(url: string): boolean {
  return /^mysqls:/i.test(url);
}

/** `host:port/database` of a URL: what may be shown of it. */
export function databaseAddress(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || 3306}${pathname}`;
}
