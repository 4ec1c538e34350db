import { readFileSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '../kernel/index.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What of the environment is meant for the launcher. The rest is read by the app it starts. */
export interface LaunchSettings {
  readonly homeFolder: string;
  /** Servers that the user runs; null means that a private one is started. */
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly lockUrls: readonly string[] | null;
  readonly install: 'yes' | 'no' | 'ask';
  /** Only for tests of the launcher: behave as if this machine had no server programs. */
  readonly hideServers: boolean;
  /** Only for tests of the launcher: run these files in the place of the real ones. */
  readonly appFile: string | null;
  readonly demoFile: string | null;
}

/** What a set variable says, where `NAME_FILE` names a file that holds it. */
export function settingOf(env: Environment, name: string): string | null {
  const value = env[name];
  const file = env[`${name}_FILE`];
  if (value && file) {
    throw new AppError(
      'invalid-setting',
      `${name} and ${name}_FILE are both set; set one of them and unset the other`,
    );
  }
  if (!file) return value || null;
  try {
    return readFileSync(file, 'utf8').trim() || null;
  } catch (cause) {
    throw new AppError('invalid-setting', `${name}_FILE is ${file}, which cannot be read`, {
      cause,
    });
  }
}

export function readLaunchSettings(env: Environment, projectFolder: string): LaunchSettings {
  const locks = settingOf(env, 'HOLDFAST_LOCK_URLS');
  return {
    homeFolder: path.resolve(env['HOLDFAST_HOME'] || path.join(projectFolder, '.holdfast')),
    databaseUrl: settingOf(env, 'HOLDFAST_DATABASE_URL'),
    redisUrl: settingOf(env, 'HOLDFAST_REDIS_URL'),
    lockUrls: locks === null ? null : listOf(locks),
    install: installChoice(env['HOLDFAST_INSTALL']),
    hideServers: env['HOLDFAST_LAUNCH_HIDE'] === '1',
    appFile: env['HOLDFAST_LAUNCH_APP'] || null,
    demoFile: env['HOLDFAST_LAUNCH_DEMO'] || null,
  };
}

export function listOf(text: string): string[] {
  return text.split(',').flatMap((part) => part.trim() || []);
}

function installChoice(value: string | undefined): 'yes' | 'no' | 'ask' {
  if (value === undefined || value === '') return 'ask';
  if (value === '1') return 'yes';
  if (value === '0') return 'no';
  throw new AppError(
    'invalid-setting',
    `HOLDFAST_INSTALL is "${value}"; allowed are 1 (install packages) and 0 (never)`,
  );
}

const SERVER_URLS = ['HOLDFAST_DATABASE_URL', 'HOLDFAST_REDIS_URL', 'HOLDFAST_LOCK_URLS'];

/** The variables that name servers and are set; tests and benchmarks must not follow them. */
export function serverUrlNames(env: Environment): string[] {
  return SERVER_URLS.flatMap((name) => [name, `${name}_FILE`]).filter((name) => env[name]);
}
