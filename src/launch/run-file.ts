import { rmSync } from 'node:fs';
import { isLoopback } from '../kernel/index.ts';
import { type Home, readJson, textField, writeJson } from './home.ts';
import { type Environment, listOf, settingOf } from './launch-settings.ts';
import type { ServerUrls } from './private-servers.ts';
import type { Secrets } from './launch-secrets.ts';

/** What other programs read to find the running system. Null: there is no such door yet. */
export interface RunFacts {
  readonly pid: number;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly queuePrefix: string;
  readonly lockUrls: readonly string[];
  readonly httpUrl: string | null;
  readonly grpcAddress: string | null;
  readonly boardUrl: string | null;
  readonly consoleUrl: string | null;
  readonly paymentSecret: string | null;
  readonly noticeUrl: string | null;
  readonly noticeSecrets: readonly string[];
  readonly tokens: Readonly<Record<'producer' | 'payments' | 'viewer' | 'operator', string | null>>;
}

const TOKEN_SETTINGS = {
  producer: 'HOLDFAST_PRODUCER_TOKENS',
  payments: 'HOLDFAST_PAYMENTS_TOKENS',
  viewer: 'HOLDFAST_VIEWER_TOKENS',
  operator: 'HOLDFAST_OPERATOR_TOKENS',
} as const;

const PAYMENT_SETTING = 'HOLDFAST_PAYMENT_SECRETS';

/**
 * Tokens and secrets for those that the user has not set. Beyond loopback nothing is made up: there
 * the user must know who may come in, and the app asks for what is missing.
 */
export function generatedAccess(env: Environment, secrets: Secrets): Record<string, string> {
  const bind = settingOf(env, 'HOLDFAST_BIND') ?? '127.0.0.1';
  if (!isLoopback(bind)) return {};
  const all = Object.entries(TOKEN_SETTINGS).map(
    ([role, name]) => [name, secrets[role as keyof typeof TOKEN_SETTINGS]] as const,
  );
  const made = [...all, [PAYMENT_SETTING, secrets.paymentSecret] as const];
  return Object.fromEntries(made.filter(([name]) => settingOf(env, name) === null));
}

/** @param ready what the app said when it was ready */
export function runFacts(
  env: Environment,
  generated: Readonly<Record<string, string>>,
  urls: ServerUrls,
  ready: unknown,
): RunFacts {
  const first = (name: string) => listOf(settingOf(env, name) ?? generated[name] ?? '')[0] ?? null;
  return {
    pid: process.pid,
    databaseUrl: urls.databaseUrl,
    redisUrl: urls.redisUrl,
    queuePrefix:
      textField(ready, 'queuePrefix') ?? settingOf(env, 'HOLDFAST_QUEUE_PREFIX') ?? '{holdfast}',
    lockUrls: urls.lockUrls,
    httpUrl: textField(ready, 'httpUrl'),
    grpcAddress: textField(ready, 'grpcAddress'),
    boardUrl: textField(ready, 'boardUrl'),
    consoleUrl: textField(ready, 'consoleUrl'),
    paymentSecret: first(PAYMENT_SETTING),
    noticeUrl: settingOf(env, 'HOLDFAST_NOTICE_URL'),
    noticeSecrets: listOf(settingOf(env, 'HOLDFAST_NOTICE_SECRETS') ?? ''),
    tokens: {
      producer: first(TOKEN_SETTINGS.producer),
      payments: first(TOKEN_SETTINGS.payments),
      viewer: first(TOKEN_SETTINGS.viewer),
      operator: first(TOKEN_SETTINGS.operator),
    },
  };
}

export function writeRunFile(home: Home, facts: RunFacts): void {
  writeJson(home.runFile, facts);
}

export function removeRunFile(home: Home): void {
  rmSync(home.runFile, { force: true });
}

/** What a system in this home has written, or null when none has. It may be a leftover. */
export function readRunFile(home: Home): RunFacts | null {
  return readJson(home.runFile) as RunFacts | null;
}
