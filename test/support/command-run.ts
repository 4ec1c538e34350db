import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { randomName } from '../../src/kernel/index.ts';
import { testServers } from './environment.ts';
import { type FreshDatabase, freshDatabase } from './fresh-database.ts';

const CLI = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** What a command did. */
export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line as a user has it: a process of its own, over a database of its own. */
export class CommandLine {
  readonly fresh: FreshDatabase;
  readonly settings: Readonly<Record<string, string>>;

  constructor(fresh: FreshDatabase) {
    const { redisUrl, lockUrls } = testServers();
    this.fresh = fresh;
    this.settings = {
      HOLDFAST_DATABASE_URL: fresh.url,
      HOLDFAST_REDIS_URL: redisUrl,
      HOLDFAST_LOCK_URLS: lockUrls.join(','),
      HOLDFAST_QUEUE_PREFIX: `{${randomName(4)}}`,
      HOLDFAST_HOME: `/tmp/holdfast-no-home-${randomName(4)}`,
    };
  }

  /** Starts a command that goes on until it is told to stop. */
  start(args: readonly string[], settings: Readonly<Record<string, string>> = {}): ChildProcess {
    const others = Object.entries(process.env).filter(([name]) => !name.startsWith('HOLDFAST_'));
    const env = { ...Object.fromEntries(others), ...this.settings, ...settings };
    return spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  async run(args: readonly string[], settings?: Readonly<Record<string, string>>): Promise<Said> {
    return await whatItSaid(this.start(args, settings));
  }

  /** Runs words separated by blanks and answers what they said. */
  async say(words: string): Promise<Said> {
    return await this.run(words.split(' '));
  }

  /** Runs a command that must succeed and answers its document. */
  async json<T>(words: string): Promise<T> {
    const { code, stdout, stderr } = await this.run([...words.split(' '), '--json']);
    expect(code, `${words}: ${stderr}`).to.equal(0);
    return documentIn<T>(stdout);
  }
}

export async function commandLine(): Promise<CommandLine> {
  return new CommandLine(await freshDatabase());
}

export async function whatItSaid(child: ChildProcess): Promise<Said> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** Standard output must be one line of JSON and nothing else. */
export function documentIn<T>(stdout: string): T {
  expect(stdout.trimEnd().split('\n'), stdout).to.have.length(1);
  return JSON.parse(stdout) as T;
}
