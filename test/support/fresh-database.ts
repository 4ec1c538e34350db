import { randomName } from '../../src/kernel/index.ts';
import { type Database, migrateUp, openDatabase } from '../../src/mysql/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { testServers } from './environment.ts';

export interface FreshDatabase {
  readonly url: string;
  readonly database: Database;
  drop(): Promise<void>;
}

/** An empty database of its own with today's schema. */
export async function freshDatabase(options: { migrate?: boolean } = {}): Promise<FreshDatabase> {
  const name = `holdfast_test_${randomName(6)}`;
  const server = openDatabase({ url: testServers().databaseUrl, logger: silentLogger });
  await server.write(`CREATE DATABASE ${name} DEFAULT CHARACTER SET utf8mb4`);
  const url = new URL(testServers().databaseUrl);
  url.pathname = `/${name}`;
  if (options.migrate !== false) await migrateUp({ url: url.href, logger: silentLogger });
  const database = openDatabase({ url: url.href, logger: silentLogger });
  return {
    url: url.href,
    database,
    drop: async () => {
      await database.close();
      await server.write(`DROP DATABASE ${name}`);
      await server.close();
    },
  };
}
