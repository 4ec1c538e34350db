import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError, type LogLevel, messageOf } from '../kernel/index.ts';
import type { Rules } from '../saga/index.ts';
import type { LogFormat } from '../telemetry/index.ts';
import { readRunningSystem } from './running-system.ts';

export interface Config {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly lockUrls: readonly string[];
  readonly lockPrefix: string;
  readonly lockTtlMs: number;
  readonly queuePrefix: string;
  readonly sweepMs: number;
  readonly rules: Rules;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly home: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

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
  const config: Config = {
    databaseUrl: from.url('HOLDFAST_DATABASE_URL', ['mysql'], running?.databaseUrl),
    redisUrl: from.url('HOLDFAST_REDIS_URL', ['redis', 'rediss'], running?.redisUrl),
    lockUrls: from.urls('HOLDFAST_LOCK_URLS', ['redis', 'rediss'], running?.lockUrls),
    lockPrefix: from.text('HOLDFAST_LOCK_PREFIX') ?? 'lock:goods:',
    lockTtlMs: from.whole('HOLDFAST_LOCK_TTL_MS', 10_000, 100, 600_000),
    queuePrefix: from.text('HOLDFAST_QUEUE_PREFIX') ?? running?.queuePrefix ?? '{holdfast}',
    sweepMs: from.whole('HOLDFAST_SWEEP_MS', 1000, 50, 3_600_000),
    rules: {
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
  };
  if (problems.length === 0) return config;
  throw new AppError(
    'invalid-settings',
    ['settings that cannot be used:', ...problems].join('\n  '),
    {
      details: { problems },
    },
  );
}

class Settings {
  private readonly env: Environment;
  private readonly problems: string[];

  constructor(env: Environment, problems: string[]) {
    this.env = env;
    this.problems = problems;
  }

  /** A setting, or the content of the file that `NAME_FILE` points to. */
  text(name: string): string | undefined {
    const direct = this.env[name];
    const file = this.env[`${name}_FILE`];
    if (direct !== undefined && direct !== '') return direct;
    if (file === undefined || file === '') return undefined;
    try {
      return readFileSync(file, 'utf8').trim();
    } catch (error) {
      this.problems.push(
        `${name}_FILE is ${file}, allowed is a readable file: ${messageOf(error)}`,
      );
      return undefined;
    }
  }

  whole(name: string, fallback: number, least: number, most: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    this.problems.push(`${name} is ${text}, allowed is a whole number from ${least} to ${most}`);
    return fallback;
  }

  choice<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const text = this.text(name);
    const chosen = allowed.find((value) => value === text);
    if (text !== undefined && chosen === undefined) {
      this.problems.push(`${name} is ${text}, allowed is one of ${allowed.join(', ')}`);
    }
    return chosen ?? fallback;
  }

  url(name: string, schemes: readonly string[], fallback: string | undefined): string {
    const text = this.text(name) ?? fallback;
    if (text !== undefined && this.isUrl(name, text, schemes)) return text;
    if (text === undefined) {
      this.problems.push(
        `${name} is not set and no system runs here; start one with npm start, or name a server`,
      );
    }
    return '';
  }

  urls(
    name: string,
    schemes: readonly string[],
    fallback: readonly string[] | undefined,
  ): string[] {
    const list =
      this.text(name)
        ?.split(',')
        .map((url) => url.trim()) ?? fallback;
    if (!list) return [this.url(name, schemes, undefined)];
    return list.filter((text) => this.isUrl(name, text, schemes));
  }

  /** Never repeats the value: it may hold a password. */
  private isUrl(name: string, text: string, schemes: readonly string[]): boolean {
    const url = URL.canParse(text) ? new URL(text) : null;
    const isFine = url !== null && schemes.includes(url.protocol.slice(0, -1)) && url.host !== '';
    if (!isFine) {
      const allowed = schemes.map((scheme) => `${scheme}://host:port`).join(' or ');
      this.problems.push(`${name} is ${describe(url)}, allowed is ${allowed}`);
    }
    return isFine;
  }
}

function describe(url: URL | null): string {
  return url === null ? 'not a URL' : `a ${url.protocol}// URL`;
}
