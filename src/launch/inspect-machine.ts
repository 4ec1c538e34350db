import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findServers, placesToLook, type ServerProgram } from './find-servers.ts';
import { homeAt } from './home.ts';
import { type Holder, livingHolder } from './home-lock.ts';
import { PROJECT_FOLDER } from './launch-context.ts';
import { type Environment, readLaunchSettings } from './launch-settings.ts';
import { withoutPassword } from './private-servers.ts';
import { readRunFile, type RunFacts } from './run-file.ts';

/** What a start would find here. Looks only, changes nothing. */
export interface MachineFacts {
  readonly node: { readonly version: string; readonly platform: string };
  readonly database: ServerProgram | null;
  readonly redis: ServerProgram | null;
  /** Server programs that are there but do not run. */
  readonly broken: readonly string[];
  /** Versions; null: no client, or no engine that answers it. */
  readonly docker: { readonly client: string | null; readonly engine: string | null };
  readonly home: { readonly folder: string; readonly exists: boolean; readonly hasData: boolean };
  /** Servers named by the environment, without their passwords. */
  readonly given: {
    readonly databaseUrl: string | null;
    readonly redisUrl: string | null;
    readonly lockUrls: readonly string[] | null;
  };
  readonly running: (Holder & { readonly facts: RunFacts | null }) | null;
}

export async function inspectMachine(env: Environment = process.env): Promise<MachineFacts> {
  const settings = readLaunchSettings(env, PROJECT_FOLDER);
  const home = homeAt(settings.homeFolder);
  const [servers, docker] = await Promise.all([
    findServers(placesToLook(env, settings.hideServers)),
    inspectDocker(),
  ]);
  const holder = livingHolder(home);
  return {
    node: { version: process.version, platform: `${process.platform} ${process.arch}` },
    ...servers,
    docker,
    home: {
      folder: home.folder,
      exists: existsSync(home.folder),
      hasData: existsSync(home.database),
    },
    given: {
      databaseUrl: settings.databaseUrl && withoutPassword(settings.databaseUrl),
      redisUrl: settings.redisUrl && withoutPassword(settings.redisUrl),
      lockUrls: settings.lockUrls?.map(withoutPassword) ?? null,
    },
    running: holder && { ...holder, facts: readRunFile(home) },
  };
}

const DOCKER_ANSWER_MS = 3_000;

/** The client answers even when no engine does; then its exit code is not zero. */
function inspectDocker(): Promise<MachineFacts['docker']> {
  return new Promise((resolve) => {
    const args = ['version', '--format', '{{.Client.Version}} {{with .Server}}{{.Version}}{{end}}'];
    execFile('docker', args, { timeout: DOCKER_ANSWER_MS }, (_error, stdout) => {
      const [client, engine] = stdout.trim().split(' ');
      resolve({ client: client || null, engine: engine || null });
    });
  });
}
