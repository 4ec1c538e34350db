import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { redisCommand } from './environment.ts';
import { PrivateProgram } from './private-program.ts';
import { freePorts } from './redis-nodes.ts';

const ADMIN = { username: 'test-admin', password: 'who-looks-at-the-log' };
const PASSWORD = 'of-the-program';

export interface Refusal {
  readonly user: string;
  readonly reason: string;
  readonly object: string;
  readonly context: string;
}

/** A Redis that lets in nobody but the account of a file of ours, and the test to look. */
export class GuardedRedis {
  readonly port: number;
  /** As the account of the file. */
  readonly url: string;
  /** May do everything. */
  readonly admin: Redis;
  readonly #program: PrivateProgram;
  readonly #folder: string;

  private constructor(port: number, folder: string, program: PrivateProgram) {
    this.port = port;
    this.url = `redis://holdfast:${PASSWORD}@127.0.0.1:${port}`;
    this.admin = new Redis({ port, ...ADMIN, lazyConnect: true });
    this.admin.on('error', () => undefined);
    this.#program = program;
    this.#folder = folder;
  }

  /** With `change` something else than the file says is tried. */
  static async start(
    file: URL,
    change = (text: string): string => text,
    more: readonly string[] = [],
  ): Promise<GuardedRedis> {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-guarded-'));
    const accounts = change((await readFile(file, 'utf8')).replaceAll('CHANGE-ME', PASSWORD));
    const own = `user ${ADMIN.username} on >${ADMIN.password} ~* &* +@all\n`;
    const aclFile = join(folder, 'users.acl');
    await writeFile(aclFile, accounts + own);
    const [port = 0] = await freePorts(1);
    const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
    const kept = ['--save', '', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'];
    const args = [...place, ...kept, '--appendfsync', 'always', '--aclfile', aclFile, ...more];
    const program = new PrivateProgram(await redisCommand(folder), args, () => greet(port));
    try {
      await program.start();
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return new GuardedRedis(port, folder, program);
  }

  /** What the account was refused since the start. */
  async refusals(): Promise<readonly Refusal[]> {
    const entries = (await this.admin.call('ACL', 'LOG')) as readonly unknown[];
    return entries.map((entry) => {
      const fact = factsOf(entry);
      return {
        user: fact('username'),
        reason: fact('reason'),
        object: fact('object'),
        context: fact('context'),
      };
    });
  }

  async stop(): Promise<void> {
    this.admin.disconnect();
    await this.#program.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Names and values follow each other, or are a map where the client makes one of them. */
function factsOf(entry: unknown): (name: string) => string {
  if (Array.isArray(entry)) return (name) => String(entry[entry.indexOf(name) + 1]);
  const facts = entry as Readonly<Record<string, unknown>>;
  return (name) => String(facts[name]);
}

async function greet(port: number): Promise<void> {
  const client = new Redis({ port, ...ADMIN, lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
  } finally {
    client.disconnect();
  }
}
