import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { migrateDown, migrateUp, pendingMigrations } from '../../src/mysql/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';

const NAMES = readdirSync(new URL('../../migrations', import.meta.url))
  .filter((name) => name.endsWith('.js'))
  .toSorted();

describe('the schema', () => {
  let fresh: FreshDatabase;
  beforeEach(async () => {
    fresh = await freshDatabase({ migrate: false });
  });
  afterEach(() => fresh.drop());
  const options = () => ({ url: fresh.url, logger: silentLogger });
  const tables = async () => {
    const rows = await fresh.database.rows<{ name: string }>(
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
    );
    return rows.map(({ name }) => name).filter((name) => !name.startsWith('knex_'));
  };

  it('goes up, down to nothing, and up again', async () => {
    expect(await pendingMigrations(options())).to.deep.equal(NAMES);
    expect(await fresh.database.rows('SHOW TABLES'), 'to look makes nothing').to.deep.equal([]);
    expect((await migrateUp(options())).ran).to.have.length(NAMES.length);
    expect(await pendingMigrations(options())).to.deep.equal([]);
    expect((await migrateUp(options())).ran).to.deep.equal([]);
    const all = await tables();
    expect((await migrateDown(options())).ran).to.have.length(NAMES.length);
    expect(await tables()).to.deep.equal([]);
    await migrateUp(options());
    expect((await tables()).toSorted()).to.deep.equal(all.toSorted());
  });

  it('is brought up once when several processes start together', async () => {
    const reports = await Promise.all([1, 2, 3].map(() => migrateUp(options())));
    const counts = reports.map(({ ran }) => ran.length);
    expect(counts.toSorted((one, other) => one - other)).to.deep.equal([0, 0, NAMES.length]);
  });

  it('is brought up although a killed process left its lock behind', async () => {
    await migrateUp(options());
    await migrateDown(options());
    await fresh.database.write('UPDATE knex_migrations_lock SET is_locked = 1');
    expect((await migrateUp(options())).ran).to.have.length(NAMES.length);
  });

  it('has only tables that can roll back, and compares ids byte by byte', async () => {
    await migrateUp(options());
    const odd = await fresh.database.rows(
      `SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()
       AND table_name NOT LIKE 'knex%'
       AND (engine <> 'InnoDB' OR table_collation <> 'utf8mb4_bin')`,
    );
    expect(odd).to.deep.equal([]);
  });
});

describe('the ledger in our code', () => {
  const sources = readdirSync(new URL('../../src', import.meta.url), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.js'))
    .map((name) => [name, readFileSync(new URL(`../../src/${name}`, import.meta.url), 'utf8')]);

  it('is only ever added to', () => {
    const changes =
      /\b(?:UPDATE|DELETE\s+FROM|REPLACE\s+INTO|TRUNCATE(?:\s+TABLE)?)\s+(?:\w+\.)?`?movements\b/i;
    expect(changes.test('DELETE FROM movements WHERE 1')).to.equal(true);
    const changing = sources.filter(([, text = '']) => changes.test(text)).map(([name]) => name);
    expect(changing).to.deep.equal([]);
    const adding = sources.filter(([, text = '']) => /INSERT INTO movements/.test(text));
    expect(adding).to.have.length(1);
  });
});
