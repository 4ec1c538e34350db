import { expect } from 'chai';
import { termsOf } from '../../src/catalogue/search-terms.ts';
import { present, randomName } from '../../src/kernel/index.ts';
import { migrateUp } from '../../src/mysql/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { testServers } from './environment.ts';
import { TOKENS } from './http-room.ts';
import { valueOf } from './metric-text.ts';
import { PrivateDatabase } from './private-database.ts';
import { ProcessFleet } from './process-fleet.ts';
import { until } from './until.ts';

/** Rows that stand on the replica alone: whoever is shown one has it from there. */
export const MARK = 900;
export const MARKED_NAME = 'Replicated';

const LOGGED = [
  // What a server that is killed has committed must be there when it starts again.
  '--innodb-flush-log-at-trx-commit=2',
  '--log-bin',
  '--binlog-format=ROW',
  '--log-slave-updates',
  '--gtid-strict-mode=OFF',
];
const TABLES = ['banners', 'brand_categories', 'brands', 'categories', 'goods', 'knex_migrations'];

export interface Shown {
  readonly status: number;
  readonly text: string;
  readonly tookMs: number;
}

/** A primary, a replica whose account may read the catalogue alone, and a system over both. */
export class ReplicaRoom {
  readonly primary: PrivateDatabase;
  readonly replica: PrivateDatabase;
  readonly replicaUrl: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly #fleet: ProcessFleet;
  #url = '';

  private constructor(primary: PrivateDatabase, replica: PrivateDatabase) {
    const { redisUrl, lockUrls } = testServers();
    this.primary = primary;
    this.replica = replica;
    this.replicaUrl = `mysql://looker:of-the-looker@127.0.0.1:${replica.port}/holdfast`;
    this.settings = {
      HOLDFAST_DATABASE_URL: primary.url(),
      HOLDFAST_DATABASE_REPLICA_URL: this.replicaUrl,
      HOLDFAST_REDIS_URL: redisUrl,
      HOLDFAST_LOCK_URLS: lockUrls.join(','),
      HOLDFAST_LOCK_PREFIX: `lock:${randomName(6)}:`,
      HOLDFAST_QUEUE_PREFIX: `{${randomName(6)}}`,
      HOLDFAST_HTTP_PORT: '0',
      HOLDFAST_GRPC_PORT: '0',
      HOLDFAST_PRODUCER_TOKENS: TOKENS.producer,
      HOLDFAST_VIEWER_TOKENS: TOKENS.viewer,
      HOLDFAST_OPERATOR_TOKENS: TOKENS.operator,
    };
    this.#fleet = new ProcessFleet(this.settings);
  }

  static async open(command: string): Promise<ReplicaRoom> {
    const primary = await PrivateDatabase.start(command, [...LOGGED, '--server-id=1']);
    const copies = [
      ...LOGGED,
      '--server-id=2',
      '--read-only',
      '--general-log',
      '--log-output=TABLE',
    ];
    const replica = await PrivateDatabase.start(command, copies);
    const room = new ReplicaRoom(primary, replica);
    await replica.follow(primary);
    await migrateUp({ url: primary.url(), logger: silentLogger });
    await primary.asked(async (sql) => {
      await sql.write("CREATE USER looker@'127.0.0.1' IDENTIFIED BY 'of-the-looker'");
      for (const table of TABLES) {
        await sql.write(`GRANT SELECT ON holdfast.${table} TO looker@'127.0.0.1'`);
      }
    });
    const system = await room.#fleet.start('src/app/run-system.js');
    room.#url = String(room.#fleet.saidBy(system)['httpUrl']);
    return room;
  }

  /** A machine with too much to do answers so, and means it. */
  async send(
    role: keyof typeof TOKENS,
    path: string,
    method = 'GET',
    body?: object,
  ): Promise<Shown> {
    let shown: Shown | undefined;
    const isAnswered = async (): Promise<boolean> => {
      shown = await this.#sendOnce(role, path, method, body);
      return shown.status !== 503 || !shown.text.includes('"overloaded"');
    };
    await until(isAnswered, 30_000, path, 200);
    return present(shown, 'an answer');
  }

  async #sendOnce(
    role: keyof typeof TOKENS,
    path: string,
    method: string,
    body?: object,
  ): Promise<Shown> {
    const startMs = performance.now();
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        authorization: `Bearer ${TOKENS[role]}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, tookMs: performance.now() - startMs };
  }

  async changed(path: string, method: string, body: object = {}): Promise<void> {
    const { status, text } = await this.send('operator', path, method, body);
    expect(status, `${path}: ${text}`).to.be.within(200, 201);
  }

  /** Reads of the catalogue past the cache that this server has answered. */
  async reads(from: 'primary' | 'replica' | 'fell-back'): Promise<number> {
    const { text } = await this.send('viewer', '/metrics');
    return valueOf(text, 'holdfast_catalogue_reads_total', { from }) ?? -1;
  }

  /** Statements over the catalogue that the system has sent to the replica. */
  async selects(): Promise<number> {
    return await this.replica.asked(async (sql) => {
      const [row] = await sql.rows<{ n: number }>(
        `SELECT COUNT(*) AS n FROM mysql.general_log WHERE user_host LIKE 'looker%'
           AND argument RLIKE 'FROM (goods|brands|categories|banners)'`,
      );
      return row?.n ?? 0;
    });
  }

  async onReplica(...statements: readonly string[]): Promise<void> {
    await this.replica.asked(async (sql) => {
      await sql.write('SET SESSION sql_log_bin = 0');
      for (const one of statements) await sql.write(one);
    });
  }

  async mark(): Promise<void> {
    await this.onReplica(
      'USE holdfast',
      `INSERT INTO brands (brand_id, name) VALUES (${MARK}, '${MARKED_NAME}')`,
      `INSERT INTO categories (category_id, level, name, path)
         VALUES (${MARK}, 1, '${MARKED_NAME}', '${MARK}.')`,
      `INSERT INTO brand_categories (category_id, brand_id) VALUES (${MARK}, ${MARK})`,
      `INSERT INTO goods (goods_id, goods_sn, name, brand_id, category_id, shop_price, currency,
         status, terms) VALUES (${MARK}, 'SN-${MARK}', '${MARKED_NAME}', ${MARK}, ${MARK}, 1, 'EUR',
         'on-sale', '${termsOf(MARKED_NAME)}')`,
      `INSERT INTO banners (banner_id, image, sort, url)
         VALUES (${MARK}, '/banners/${MARKED_NAME}.webp', 1, 'https://shop.example')`,
    );
  }

  async close(): Promise<void> {
    try {
      expect(await this.#fleet.stop()).to.deep.equal([0]);
    } finally {
      await this.replica.stop();
      await this.primary.stop();
    }
  }
}
