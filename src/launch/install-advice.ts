import type { Needs } from './private-servers.ts';

/** The smallest Debian packages that hold the programs; none of them starts a service. */
export function debianPackages({ database, redis }: Needs): string[] {
  return [
    ...(database ? ['mariadb-server-core', 'mariadb-client-core'] : []),
    ...(redis ? ['redis-tools'] : []),
  ];
}

interface System {
  readonly name: string;
  readonly command: string;
  readonly database: string;
  readonly redis: string;
}

const SYSTEMS: readonly System[] = [
  { name: 'macOS', command: 'brew install', database: 'mariadb', redis: 'redis' },
  { name: 'Fedora', command: 'sudo dnf install', database: 'mariadb-server', redis: 'valkey' },
  { name: 'Arch', command: 'sudo pacman -S', database: 'mariadb', redis: 'valkey' },
  { name: 'Alpine', command: 'sudo apk add', database: 'mariadb mariadb-client', redis: 'redis' },
];

/** What to do on a machine where no server program was found and none may be installed. */
export function installAdvice(needs: Needs, mode: string, broken: readonly string[]): string {
  const wanted = [
    ...(needs.database ? ['a MariaDB or MySQL server (mariadbd, mysqld)'] : []),
    ...(needs.redis ? ['a Redis or Valkey server (redis-server, valkey-server)'] : []),
  ];
  const debian = ['sudo apt-get install -y --no-install-recommends', ...debianPackages(needs)];
  const rows: [string, string][] = [
    ['Debian, Ubuntu, WSL', debian.join(' ')],
    ...SYSTEMS.map(({ name, command, database, redis }): [string, string] => {
      const packages = [...(needs.database ? [database] : []), ...(needs.redis ? [redis] : [])];
      return [name, `${command} ${packages.join(' ')}`];
    }),
    ['Windows', 'run it inside WSL 2; the servers do not exist for Windows itself'],
    ['your own servers', `${ownServers(needs)} npm ${npmCommand(mode)}`],
  ];
  return [
    `Not found on this machine: ${wanted.join(', and ')}.`,
    ...broken.map((text) => `Found, but it does not run: ${text}`),
    'Any one of these helps; then run the same command again:',
    '',
    ...rows.map(([name, text]) => `  ${name.padEnd(20)} ${text}`),
    '',
    'HOLDFAST_INSTALL=1 lets this command run apt-get itself. Docker Compose is not tried yet.',
    'Nothing has been changed on this machine.',
  ].join('\n');
}

function ownServers({ database, redis }: Needs): string {
  return [
    ...(database ? ['HOLDFAST_DATABASE_URL=mysql://user:password@host:3306/db'] : []),
    ...(redis
      ? ['HOLDFAST_REDIS_URL=redis://host:6379 HOLDFAST_LOCK_URLS=redis://host:6380,...']
      : []),
  ].join(' ');
}

function npmCommand(mode: string): string {
  return mode === 'start' || mode === 'test' ? mode : `run ${mode}`;
}
