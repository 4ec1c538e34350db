/**
 * The plan of the house. A room may import from lower floors only, and only through the other
 * room's index.ts; rooms on one floor do not know each other.
 */
const FLOORS: readonly (readonly string[])[] = [
  ['kernel'],
  ['shapes', 'telemetry', 'mysql', 'redis', 'records'],
  ['locks', 'cache', 'queues', 'migrations'],
  ['stock', 'orders', 'payments', 'notices', 'acts', 'catalogue', 'media'],
  ['saga'],
  ['api', 'ops', 'delivery', 'archive'],
  ['app'],
  ['launch', 'workers', 'client'],
  ['cli'], // asks the launcher what this machine has
];

/** These two are rooms beside src/, the others are the folders of src/. */
const BESIDE_SRC: readonly string[] = ['workers', 'migrations'];

/** Which rooms may import a package. A new package gets a line here, or stays out. */
export const LIBRARY_ROOMS: Readonly<Record<string, readonly string[]>> = {
  '@bull-board/api': ['ops'],
  '@bull-board/fastify': ['ops'],
  '@fastify/cookie': ['api'],
  '@fastify/helmet': ['api'],
  '@fastify/rate-limit': ['api'],
  '@fastify/swagger': ['api'],
  '@fastify/swagger-ui': ['api'],
  '@fastify/under-pressure': ['api'],
  '@grpc/grpc-js': ['api'],
  '@grpc/proto-loader': ['api'],
  fastify: ['api', 'ops'],
  'prom-client': ['ops'],
  bullmq: ['queues', 'ops'],
  commander: ['cli'],
  ioredis: ['redis'],
  knex: ['mysql', 'migrations'],
  luxon: ['kernel'],
  mysql2: ['mysql'],
  sharp: ['media'],
  typebox: ['shapes', 'queues', 'api'],
  winston: ['telemetry'],
};

/** What the files of a domain room may import, other than their own room: nothing that does I/O. */
export const DOMAIN_FLOOR = 3;
export const DOMAIN_IMPORTS: readonly string[] = ['kernel', 'telemetry', 'cache'];

/** What they decide must be true when they do: they never ask what was true a moment ago. */
const DECIDING: readonly string[] = ['stock', 'orders', 'payments', 'saga', 'locks', 'queues'];

export function mayNotRemember(room: string, other: string): boolean {
  return other === 'cache' && DECIDING.includes(room);
}

export function floorOf(room: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(room));
}

/** The room a file stands in; nothing for a file that stands in no known room. */
export function roomOf(path: string): string | undefined {
  const [first = '', second = '', ...rest] = path.split('/');
  if (BESIDE_SRC.includes(first)) return first;
  const known = first === 'src' && rest.length > 0 && floorOf(second) >= 0;
  return known && !BESIDE_SRC.includes(second) ? second : undefined;
}

export function isDoorOf(path: string, room: string): boolean {
  return path === `${BESIDE_SRC.includes(room) ? '' : 'src/'}${room}/index.ts`;
}

export function packageOf(specifier: string): string {
  const [scope = '', name = ''] = specifier.split('/');
  return specifier.startsWith('@') ? `${scope}/${name}` : scope;
}
