import { AppError } from '../kernel/index.ts';

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** `host:port`, for people. */
  readonly label: string;
}

/** Whom the servers know us as. Never shown, in no log and no error. */
export interface Account {
  readonly user: string;
  readonly password: string;
}

export interface ServerList {
  readonly servers: readonly ServerAddress[];
  readonly account: Account | undefined;
}

/**
 * The members that `etcd://a:2379,b:2379` names, and the account that may stand before them, as
 * in `etcd://user:password@a,b`. Several such URLs are one list.
 */
export function serverList(urls: readonly string[], defaultPort: number): ServerList {
  const accounts = new Set<string>();
  const servers = urls.flatMap((url) => {
    const [, account, members = ''] = /^[a-z]+:\/\/(?:([^@/]*)@)?(.*?)\/?$/i.exec(url) ?? [];
    if (account !== undefined) accounts.add(account);
    return members.split(',').map((member) => addressOf(member.trim(), defaultPort));
  });
  const labels = servers.map(({ label }) => label);
  const twin = labels.find((label, index) => labels.indexOf(label) !== index);
  if (twin !== undefined) {
    throw new AppError('lock-urls-twice', `The lock URLs name ${twin} twice, allowed is once`, {
      details: { server: twin },
    });
  }
  if (accounts.size > 1) throw invalid('The lock URLs of one cluster name several accounts');
  const [account] = accounts;
  return { servers, account: account === undefined ? undefined : accountIn(account) };
}

function accountIn(text: string): Account {
  const [user = '', password = '', ...more] = text.split(':');
  if (!user || !password || more.length > 0) {
    throw invalid('The account in the lock URLs is not user:password');
  }
  try {
    return { user: decodeURIComponent(user), password: decodeURIComponent(password) };
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw invalid('The account in the lock URLs has a % that begins no sign');
  }
}

/** Borrows the reading of `http:` URLs, which knows IPv6 and what a port may be. */
function addressOf(member: string, defaultPort: number): ServerAddress {
  const text = `http://${member}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || url.username || url.password || url.search || url.hash || url.pathname !== '/') {
    throw invalid('A member in the lock URLs is not host:port');
  }
  // An http: URL drops port 80, which is as good as any here.
  const port = url.port ? Number(url.port) : member.endsWith(':80') ? 80 : defaultPort;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port, label: `${url.hostname}:${port}` };
}

export function mixedLines(): AppError {
  return invalid('The lock URLs of one cluster are protected in part');
}

/** Says nothing of what stood there: it may be a password. */
function invalid(problem: string): AppError {
  return new AppError(
    'lock-urls-invalid',
    `${problem}; allowed is scheme://host:port,host:port, with one user:password@ before them ` +
      'in which signs like @ : / % are written as %40 %3A %2F %25',
  );
}
