import { join, resolve } from 'node:path';
import { AppError, type LogLevel, messageOf, type TlsTrust } from '../kernel/index.ts';
import { type MediaPlace, mediaPlace } from '../media/index.ts';
import { redisPlace } from '../redis/index.ts';
import type { Rules } from '../saga/index.ts';
import type { LogFormat } from '../telemetry/index.ts';
import { checkPrefix, redisFrom } from './redis-setting.ts';
import { replicaFrom } from './replica-setting.ts';
import { type RunningSystem, readRunningSystem } from './running-system.ts';
import { type Environment, Settings } from './settings.ts';
import { checkDatabaseName, tlsFrom } from './tls-setting.ts';

export type { Environment };

export interface Config {
  readonly databaseUrl: string;
  /** Null: there is none to read the catalogue from. */
  readonly replicaUrl: string | null;
  readonly redisUrl: string;
  /** Null: each process remembers for itself alone. */
  readonly cacheUrl: string | null;
  /** Where pictures are kept. */
  readonly media: MediaPlace;
  readonly lockUrls: readonly string[];
  /** For servers whose URLs ask for a protected line. */
  readonly tls: TlsTrust;
  readonly lockPrefix: string;
  readonly lockTtlMs: number;
  readonly queuePrefix: string;
  readonly sweepMs: number;
  readonly rules: Rules;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly home: string;
  readonly doors: DoorsConfig;
  readonly notices: NoticesConfig;
  /** What whoever runs this should know of how the settings were read. */
  readonly notes: readonly string[];
}

const LOCK_SCHEMES = ['redis', 'rediss', 'etcd', 'etcds', 'zookeeper'];

/** Where the doors of this process are, and who may come in. */
export interface DoorsConfig {
  readonly bind: string;
  readonly httpPort: Port;
  readonly grpcPort: Port;
  /** A worker process has no doors, unless it shall be watched: then its health and metrics. */
  readonly metricsPort: number | null;
  /** gRPC calls without a token may come from anywhere. */
  readonly grpcOpen: boolean;
  /** Requests per second that one caller may send. */
  readonly rateLimit: number;
  /** Bearer tokens by role, several for rotation; none: nobody has this role. */
  readonly tokens: Readonly<
    Record<'producer' | 'payments' | 'viewer' | 'operator', readonly string[]>
  >;
  readonly paymentSecrets: readonly string[];
}

/** A port that nobody asked for may move when it is taken. */
export interface Port {
  readonly number: number;
  readonly isChosen: boolean;
}

/** Whom to tell what happened; without a URL no notice is written. */
export interface NoticesConfig {
  readonly url: string | null;
  readonly secrets: readonly string[];
}

/**
 * Reads and checks every setting at once; all problems come in one message. Where no server is
 * named, the system that `npm start` runs under the same home is used. Long-running programs log
 * what they do; one that answers a question asks for warnings only.
 */
export function readConfig(env: Environment = process.env, logLevel: LogLevel = 'info'): Config {
  const problems: string[] = [];
  const from = new Settings(env, problems);
  const home = resolve(from.text('HOLDFAST_HOME') ?? '.holdfast');
  const running = readRunningSystem(join(home, 'run.json'));
  const notices = noticesFrom(from, running, problems);
  const redis = redisFrom(from, running?.redisUrl, problems);
  const databaseUrl = from.url('HOLDFAST_DATABASE_URL', ['mysql', 'mysqls'], running?.databaseUrl);
  const replica = replicaFrom(from, 'HOLDFAST_DATABASE_REPLICA_URL', databaseUrl, problems);
  const config: Config = {
    databaseUrl,
    replicaUrl: replica.replicaUrl,
    redisUrl: redis.redisUrl,
    cacheUrl: cacheUrlFrom(from, redis.redisUrl, problems),
    media: mediaFrom(from, home, problems),
    lockUrls: from.urls('HOLDFAST_LOCK_URLS', LOCK_SCHEMES, running?.lockUrls, [
      'mysql:',
      'memory:',
    ]),
    tls: tlsFrom(
      {
        ca: from.text('HOLDFAST_TLS_CA'),
        cert: from.text('HOLDFAST_TLS_CERT'),
        key: from.text('HOLDFAST_TLS_KEY'),
      },
      problems,
    ),
    lockPrefix: from.text('HOLDFAST_LOCK_PREFIX') ?? 'lock:goods:',
    lockTtlMs: from.whole('HOLDFAST_LOCK_TTL_MS', 10_000, 100, 600_000),
    queuePrefix: from.text('HOLDFAST_QUEUE_PREFIX') ?? running?.queuePrefix ?? '{holdfast}',
    sweepMs: from.whole('HOLDFAST_SWEEP_MS', 1000, 50, 3_600_000),
    rules: {
      graceSeconds: from.whole('HOLDFAST_GRACE_SECONDS', 0, 0, 86_400),
      ...limitsFrom(from),
      writesNotices: notices.url !== null,
      holdSeconds: from.whole('HOLDFAST_HOLD_SECONDS', 900, 1, 604_800),
      latePayment: from.choice(
        'HOLDFAST_LATE_PAYMENT',
        ['reserve-again', 'refund', 'manual'],
        'reserve-again',
      ),
    },
    logLevel: from.choice('HOLDFAST_LOG_LEVEL', ['error', 'warn', 'info', 'debug'], logLevel),
    logFormat: from.choice(
      'HOLDFAST_LOG_FORMAT',
      ['pretty', 'json'],
      process.stderr.isTTY ? 'pretty' : 'json',
    ),
    home,
    doors: doorsFrom(from, running),
    notices,
    notes: [...redis.notes, ...replica.notes],
  };
  checkDatabaseName('HOLDFAST_DATABASE_URL', databaseUrl, problems);
  checkPrefix(config.redisUrl, config.queuePrefix, problems);
  if (problems.length === 0) return config;
  throw new AppError(
    'invalid-settings',
    ['settings that cannot be used:', ...problems].join('\n  '),
    {
      details: { problems },
    },
  );
}

function limitsFrom(from: Settings): Pick<Rules, 'maxHoldsPerBuyer' | 'maxUnitsPerBuyer'> {
  const holds = from.wholeIfSet('HOLDFAST_MAX_HOLDS_PER_BUYER', 1, 1_000_000);
  const units = from.wholeIfSet('HOLDFAST_MAX_UNITS_PER_BUYER', 1, 1_000_000_000);
  return {
    ...(holds === null ? {} : { maxHoldsPerBuyer: holds }),
    ...(units === null ? {} : { maxUnitsPerBuyer: units }),
  };
}

/** Queues must never be evicted and a cache must: one server cannot be both. */
function cacheUrlFrom(from: Settings, redisUrl: string, problems: string[]): string | null {
  const text = from.text('HOLDFAST_CACHE_URL');
  if (text === undefined) return null;
  if (/^rediss?\+/i.test(text)) {
    problems.push(
      'HOLDFAST_CACHE_URL names sentinels or a cluster, allowed is one server by redis:// or ' +
        'rediss://: a cache may be away, and what is asked together is kept together',
    );
    return null;
  }
  const url = from.url('HOLDFAST_CACHE_URL', ['redis', 'rediss'], undefined);
  if (url === '' || redisUrl === '') return url;
  const { address } = redisPlace(url);
  if (redisPlace(redisUrl).address.split(',').includes(address)) {
    problems.push('HOLDFAST_CACHE_URL names the server of the queues, allowed is one of its own');
  }
  return url;
}

/** The URL holds a secret, so nothing of it is repeated. */
function mediaFrom(from: Settings, home: string, problems: string[]): MediaPlace {
  const folder = join(home, 'media');
  try {
    return mediaPlace(from.text('HOLDFAST_MEDIA_URL') ?? 'file:', folder);
  } catch (error) {
    problems.push(`HOLDFAST_MEDIA_URL cannot be used: ${messageOf(error)}`);
    return { kind: 'local', folder };
  }
}

function doorsFrom(from: Settings, running: RunningSystem | null): DoorsConfig {
  const known = (role: keyof DoorsConfig['tokens']) => {
    const token = running?.tokens?.[role];
    return token ? [token] : [];
  };
  return {
    bind: from.text('HOLDFAST_BIND') ?? '127.0.0.1',
    httpPort: port(from, 'HOLDFAST_HTTP_PORT', 3000),
    grpcPort: port(from, 'HOLDFAST_GRPC_PORT', 50_051),
    metricsPort: from.wholeIfSet('HOLDFAST_METRICS_PORT', 0, 65_535),
    grpcOpen: from.choice('HOLDFAST_GRPC_OPEN', ['0', '1'], '0') === '1',
    rateLimit: from.whole('HOLDFAST_RATE_LIMIT', 5000, 1, 1_000_000),
    tokens: {
      producer: from.secrets('HOLDFAST_PRODUCER_TOKENS', known('producer')),
      payments: from.secrets('HOLDFAST_PAYMENTS_TOKENS', known('payments')),
      viewer: from.secrets('HOLDFAST_VIEWER_TOKENS', known('viewer')),
      operator: from.secrets('HOLDFAST_OPERATOR_TOKENS', known('operator')),
    },
    paymentSecrets: from.secrets(
      'HOLDFAST_PAYMENT_SECRETS',
      running?.paymentSecret ? [running.paymentSecret] : [],
    ),
  };
}

function port(from: Settings, name: string, fallback: number): Port {
  return { number: from.whole(name, fallback, 0, 65_535), isChosen: from.text(name) !== undefined };
}

/** Who works on the database of the running system must write notices when that system does. */
function noticesFrom(
  from: Settings,
  running: RunningSystem | null,
  problems: string[],
): NoticesConfig {
  const isSame = from.text('HOLDFAST_DATABASE_URL') === undefined;
  const known = isSame ? (running?.noticeUrl ?? undefined) : undefined;
  const isTold = (from.text('HOLDFAST_NOTICE_URL') ?? known) !== undefined;
  const url = isTold ? from.url('HOLDFAST_NOTICE_URL', ['http', 'https'], known) : null;
  const secrets = from.secrets(
    'HOLDFAST_NOTICE_SECRETS',
    isSame ? (running?.noticeSecrets ?? []) : [],
  );
  if (url !== null && secrets.length === 0) {
    problems.push('HOLDFAST_NOTICE_SECRETS is not set; notices are signed, so it needs a secret');
  }
  return { url, secrets };
}
