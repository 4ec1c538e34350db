import type { Scenario } from './crash-scenario.ts';
import { databaseRequest, redisRequest } from './request-labels.ts';
import type { SubjectServers } from './subject-process.ts';
import type { TapTarget } from './wire-tap.ts';

/** Three: the least that can lose one. Each of them is a line on which every request is struck. */
export const LOCK_NODES = 3;
/** Short, so that standing still for longer than a lock lasts is soon done. */
export const LOCK_TTL_MS = 300;
/** Longer than a new process takes for its first notice on a busy machine: none is told thrice. */
export const NOTICE_LEASE_MS = 800;

/** The servers as the subject is to see them: each behind a port of its own tap. */
export function subjectServers(
  environment: Readonly<Record<string, string>>,
  { queues, concurrency = 1, delivers, renews }: Scenario,
  scripts: ReadonlyMap<string, string>,
): SubjectServers {
  const database = urlIn(environment, 'HOLDFAST_DATABASE_URL');
  const redis = urlIn(environment, 'HOLDFAST_REDIS_URL');
  const locks = (environment['HOLDFAST_LOCK_URLS'] ?? '').split(',').map((url) => new URL(url));
  const nameOf = (request: Buffer) => redisRequest(request, scripts, renews === true);
  const targets: TapTarget[] = [
    { name: 'database', port: portOf(database), speaks: 'mysql', nameOf: databaseRequest },
    { name: 'queue', port: portOf(redis), speaks: 'redis', nameOf },
    ...locks.map(
      (url, index): TapTarget => ({
        name: `lock node ${index + 1}`,
        alike: 'lock',
        port: portOf(url),
        speaks: 'redis',
        nameOf,
      }),
    ),
  ];
  return {
    targets,
    settings: ([databasePort = 0, redisPort = 0, ...lockPorts]) => ({
      environment: {
        ...environment,
        HOLDFAST_DATABASE_URL: moved(database, databasePort),
        HOLDFAST_REDIS_URL: moved(redis, redisPort),
        HOLDFAST_LOCK_URLS: lockPorts.map((port, at) => moved(locks[at], port)).join(','),
      },
      queues,
      concurrency,
      receiver: {
        url: delivers ? (environment['HOLDFAST_NOTICE_URL'] ?? '') : '',
        secrets: [environment['HOLDFAST_NOTICE_SECRETS'] ?? ''],
      },
    }),
  };
}

function urlIn(environment: Readonly<Record<string, string>>, name: string): URL {
  return new URL(environment[name] ?? '');
}

function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'mysql:' ? 3306 : 6379));
}

function moved(url: URL | undefined, port: number): string {
  const other = new URL(url?.href ?? '');
  other.hostname = '127.0.0.1';
  other.port = String(port);
  return other.href;
}
