import { AppError } from '../kernel/index.ts';

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** `host:port`, for people. */
  readonly label: string;
}

/** The members that `etcd://a:2379,b:2379` names. Several such URLs are one list. */
export function serverList(urls: readonly string[], defaultPort: number): ServerAddress[] {
  const servers = urls.flatMap((url) =>
    url
      .replace(/^[a-z]+:\/\//i, '')
      .replace(/\/$/, '')
      .split(',')
      .map((member) => addressOf(member.trim(), defaultPort)),
  );
  const labels = servers.map(({ label }) => label);
  const twin = labels.find((label, index) => labels.indexOf(label) !== index);
  if (twin === undefined) return servers;
  throw new AppError('lock-urls-twice', `The lock URLs name ${twin} twice, allowed is once`, {
    details: { server: twin },
  });
}

/** Borrows the reading of `http:` URLs, which knows IPv6 and what a port may be. */
function addressOf(member: string, defaultPort: number): ServerAddress {
  const text = `http://${member}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || url.username || url.password || url.search || url.hash || url.pathname !== '/') {
    throw new AppError(
      'lock-urls-invalid',
      'A member in the lock URLs is not host:port; allowed is scheme://host:port,host:port',
    );
  }
  // An http: URL drops port 80, which is as good as any here.
  const port = url.port ? Number(url.port) : member.endsWith(':80') ? 80 : defaultPort;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port, label: `${url.hostname}:${port}` };
}
