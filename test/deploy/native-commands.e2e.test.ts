import { expect } from 'chai';
import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { composeFile, projectFile, serviceOf } from '../support/compose-file.ts';
import { CommandLine } from '../support/command-run.ts';
import { redisCommand } from '../support/environment.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { PrivateProgram } from '../support/private-program.ts';
import { freePorts } from '../support/redis-nodes.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const file = composeFile();

/** No container engine is needed: these are the commands of the file, run on this machine. */
describe('what docker-compose.yml runs', function () {
  this.timeout(60_000);
  let folder: string;
  const programs: PrivateProgram[] = [];
  const children: ChildProcess[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-compose-'));
  });
  const endAll = async (): Promise<void> => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  };
  after(async () => {
    for (const program of programs) await program.kill();
    await rm(folder, { recursive: true, force: true });
  });

  const redisServer = async (args: readonly string[], port: number): Promise<void> => {
    const program = new PrivateProgram(await redisCommand(folder), args, () => ping(port));
    programs.push(program);
    await program.start();
  };

  it('starts a queue Redis that keeps jobs, and lock nodes that write first', async () => {
    for (const [service, fsync] of [
      ['queue', 'everysec'],
      ['lock1', 'always'],
    ] as const) {
      const [, ...args] = serviceOf(file, service).command?.split(' ') ?? [];
      const [port = 0] = await freePorts(1);
      const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
      await redisServer([...args, ...place, '--appenddirname', service], port);
      const client = new Redis({ port });
      const settings = await Promise.all(
        ['appendonly', 'appendfsync', 'maxmemory-policy'].map(async (name) =>
          Reflect.get(await client.config('GET', name), 1),
        ),
      );
      client.disconnect();
      expect(settings).to.deep.equal(['yes', fsync, 'noeviction']);
    }
  });

  it('starts sentinels on the configuration that is there', async () => {
    const [queue = 0, watcher = 0] = await freePorts(2);
    const place = ['--port', String(queue), '--bind', '127.0.0.1', '--dir', folder];
    await redisServer([...place, '--save', ''], queue);
    const copy = join(folder, 'sentinel.conf');
    const own = projectFile('deploy/redis/sentinel.conf')
      .replace('port 26379', `port ${watcher}\nbind 127.0.0.1\ndir ${folder}`)
      .replace('mymaster queue 6379', `mymaster localhost ${queue}`);
    await writeFile(copy, own);
    await redisServer([copy, '--sentinel'], watcher);
    const client = new Redis({ port: watcher });
    const told = await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster');
    client.disconnect();
    expect((told as string[])[1]).to.equal(String(queue));
  });

  describe('of ours', () => {
    let cli: CommandLine;
    before(async () => {
      cli = new CommandLine(await freshDatabase({ migrate: false }));
    });
    after(async () => {
      await endAll();
      await cli.fresh.drop();
    });

    /** What the file sets, but on this machine: its own servers and free ports. */
    const settingsOf = (name: string, ports: Readonly<Record<string, string>> = {}) => ({
      ...serviceOf(file, name).environment,
      ...cli.settings,
      HOLDFAST_BIND: '127.0.0.1',
      ...ports,
    });

    /** As an engine asks, but for the port. */
    const isHealthy = async (name: string, from: string, to: string): Promise<boolean> => {
      const [, , ...args] = serviceOf(file, name).healthcheck?.test ?? [];
      const asked = args.map((arg) => arg.replace(`127.0.0.1:${from}`, `127.0.0.1:${to}`));
      return await run('node', asked).then(
        () => true,
        () => false, // it says so by its exit code; whoever asks waits for another answer
      );
    };

    const starts = async (
      name: string,
      from: string,
      to: string,
      ports: Record<string, string>,
    ) => {
      expect(await isHealthy(name, from, to), `${name} before it runs`).to.equal(false);
      const { command = '' } = serviceOf(file, name);
      const child = cli.start([command], settingsOf(name, ports));
      children.push(child);
      await until(async () => child.exitCode !== null || (await isHealthy(name, from, to)), 20_000);
      expect(child.exitCode, `exit code of ${name}`).to.equal(null);
      return child;
    };

    it('makes the schema, then workers and doors that are healthy and stop when told', async () => {
      const { command = '' } = serviceOf(file, 'migrate');
      expect(await cli.run([command], settingsOf('migrate'))).to.include({ code: 0 });
      const [http = 0, metrics = 0] = (await freePorts(2)).map(String);
      const worker = await starts('worker', '9464', String(metrics), {
        HOLDFAST_METRICS_PORT: String(metrics),
      });
      const api = await starts('api', '3000', String(http), {
        HOLDFAST_HTTP_PORT: String(http),
        HOLDFAST_GRPC_PORT: '0',
      });
      for (const child of [worker, api]) {
        child.kill('SIGTERM');
        const [code] = (await once(child, 'exit')) as [number | null];
        expect(code).to.equal(0);
      }
    });
  });
});

async function ping(port: number): Promise<void> {
  const client = new Redis({ port, lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
  } finally {
    client.disconnect();
  }
}
