import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { redisCommand } from './environment.ts';
import { until } from './until.ts';

/** One private redis-server on loopback that can be stopped, frozen and started again. */
export class RedisNode {
  readonly port: number;
  readonly url: string;
  readonly #directory: string;
  readonly #command: string;
  readonly #extra: readonly string[];
  #process: ChildProcess | undefined;
  #client: Redis | undefined;

  constructor(port: number, directory: string, command: string, extra: readonly string[] = []) {
    this.port = port;
    this.url = `redis://127.0.0.1:${port}`;
    this.#directory = directory;
    this.#command = command;
    this.#extra = extra;
  }

  /** A plain client of the test itself, to look at keys and play the foreigner. */
  get client(): Redis {
    if (!this.#client) {
      this.#client = new Redis(this.url, { maxRetriesPerRequest: null });
      this.#client.on('error', () => undefined);
    }
    return this.#client;
  }

  async start(): Promise<void> {
    const where = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#directory];
    const forgetful = ['--save', '', '--appendonly', 'no', '--loglevel', 'warning'];
    const child = spawn(this.#command, [...where, ...forgetful, ...this.#extra], {
      stdio: 'ignore',
    });
    this.#process = child;
    await until(async () => child.exitCode !== null || (await this.#answers()), 5000);
    if (child.exitCode !== null) throw new Error(`redis-server on ${this.port} did not start`);
  }

  /** Stops answering, but keeps its connections and all that is sent to it: a black hole. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Dies and forgets everything. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async stop(): Promise<void> {
    this.#client?.disconnect();
    this.#client = undefined;
    await this.kill();
  }

  async #answers(): Promise<boolean> {
    const probe = new Redis(this.url, { lazyConnect: true, retryStrategy: () => null });
    probe.on('error', () => undefined);
    try {
      await probe.connect();
      return true;
    } catch {
      return false; // not yet; the caller asks again, within its bound
    } finally {
      probe.disconnect();
    }
  }
}

export interface RedisNodes {
  readonly all: readonly RedisNode[];
  readonly urls: readonly string[];
  /** The node at this place; throws when there is none. */
  at(index: number): RedisNode;
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts so many private servers on free ports. */
export async function startRedisNodes(
  count: number,
  extra: readonly string[] = [],
  /** Where each listens for protected lines as well. */
  tlsPorts: readonly number[] = [],
): Promise<RedisNodes> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-redis-'));
  const command = await redisCommand(directory);
  const ports = await freePorts(count);
  const all = ports.map((port, index) => {
    const tlsPort = tlsPorts[index];
    const more = tlsPort === undefined ? [] : ['--tls-port', String(tlsPort)];
    return new RedisNode(port, directory, command, [...extra, ...more]);
  });
  await Promise.all(all.map((node) => node.start()));
  return {
    all,
    urls: all.map(({ url }) => url),
    at: (index) => {
      const node = all[index];
      if (!node) throw new Error(`there is no node ${index}`);
      return node;
    },
    flush: async () => {
      await Promise.all(all.map((node) => node.client.flushall()));
    },
    stop: async () => {
      await Promise.all(all.map((node) => node.stop()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Held open together, so that all of them differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      return typeof address === 'object' && address ? address.port : 0;
    }),
  );
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
