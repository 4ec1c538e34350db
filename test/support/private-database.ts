import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Database, openDatabase } from '../../src/mysql/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { PrivateProgram } from './private-program.ts';
import { freePorts } from './redis-nodes.ts';

const run = promisify(execFile);
const ACCOUNT = { name: 'holdfast', password: 'of-the-program' };
const asRoot = process.getuid?.() === 0 ? ['--user=root'] : [];

/** A MariaDB of this test alone, with an account that may do no more than the program needs. */
export class PrivateDatabase extends PrivateProgram {
  readonly port: number;
  readonly folder: string;

  private constructor(command: string, folder: string, port: number, more: readonly string[]) {
    const files = ['data', 'temporary'].map((name) => join(folder, name));
    const args = [
      '--no-defaults',
      `--datadir=${files[0]}`,
      `--tmpdir=${files[1]}`,
      `--init-file=${join(folder, 'accounts.sql')}`,
      `--socket=${join(folder, 's')}`,
      `--pid-file=${join(folder, 'pid')}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      '--character-set-server=utf8mb4',
      '--collation-server=utf8mb4_bin',
      '--performance-schema=OFF',
      '--innodb-buffer-pool-size=32M',
      '--innodb-log-file-size=16M',
      '--innodb-flush-log-at-trx-commit=0',
      ...asRoot,
      ...more,
    ];
    super(command, args, () => this.asked((sql) => sql.rows('SELECT 1')));
    this.port = port;
    this.folder = folder;
  }

  static async start(command: string, more: readonly string[] = []): Promise<PrivateDatabase> {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-db-'));
    await mkdir(join(folder, 'temporary'));
    // A temporary folder of its own: two that are made at once take each other's tables away.
    const own = [`--datadir=${join(folder, 'data')}`, `--tmpdir=${join(folder, 'temporary')}`];
    const files = [...own, '--innodb-log-file-size=16M', ...asRoot];
    const ways = ['--auth-root-authentication-method=normal', '--skip-test-db'];
    await run('mariadb-install-db', ['--no-defaults', ...files, ...ways, '--skip-name-resolve']);
    await writeFile(join(folder, 'accounts.sql'), accountsSql);
    const [port = 0] = await freePorts(1);
    const database = new PrivateDatabase(command, folder, port, more);
    try {
      await database.start();
    } catch (error) {
      await database.stop();
      throw error;
    }
    return database;
  }

  /** As the account of the program, of whatever server listens on this port. */
  url(port = this.port): string {
    return `mysql://${ACCOUNT.name}:${ACCOUNT.password}@127.0.0.1:${port}/holdfast`;
  }

  /** By somebody who may do everything. */
  async asked<T>(ask: (sql: Database) => Promise<T>): Promise<T> {
    const url = `mysql://admin:admin@127.0.0.1:${this.port}/mysql`;
    const database = openDatabase({ url, logger: silentLogger, poolSize: 1 });
    try {
      return await ask(database);
    } finally {
      await database.close();
    }
  }

  /** From now on it has what this one has, whatever that does. */
  async follow(primary: PrivateDatabase): Promise<void> {
    await this.asked(async (sql) => {
      await sql.write(
        `CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = ?, MASTER_USER = 'admin',
           MASTER_PASSWORD = 'admin', MASTER_USE_GTID = slave_pos`,
        [primary.port],
      );
      await sql.write('START SLAVE');
    });
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const accountsSql = [
  'SET SESSION sql_log_bin = 0;',
  'CREATE DATABASE IF NOT EXISTS holdfast CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;',
  "CREATE USER IF NOT EXISTS 'admin'@'127.0.0.1' IDENTIFIED BY 'admin';",
  "GRANT ALL PRIVILEGES ON *.* TO 'admin'@'127.0.0.1' WITH GRANT OPTION;",
  `CREATE USER IF NOT EXISTS '${ACCOUNT.name}'@'127.0.0.1' IDENTIFIED BY '${ACCOUNT.password}';`,
  `GRANT ALL PRIVILEGES ON holdfast.* TO '${ACCOUNT.name}'@'127.0.0.1';`,
  '',
].join('\n');
