import { expect } from 'chai';
import { randomName } from '../../src/kernel/index.ts';
import { type Database, openDatabase } from '../../src/mysql/index.ts';
import { assertPrivileges } from '../../src/saga/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';

describe('the check of what the database lets us do', () => {
  const user = `clerk${randomName(4)}`;
  let fresh: FreshDatabase;
  let database: Database;

  before(async () => {
    fresh = await freshDatabase();
    const url = new URL(fresh.url);
    const name = url.pathname.slice(1);
    const tables = await fresh.database.rows<{ name: string }>(
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
    );
    await fresh.database.write(`CREATE USER ${user}@'%' IDENTIFIED BY 'pw'`);
    for (const table of tables) {
      const may = table.name === 'lock_fences' ? 'SELECT, INSERT' : 'ALL';
      await fresh.database.write(`GRANT ${may} ON ${name}.${table.name} TO ${user}@'%'`);
    }
    [url.username, url.password] = [user, 'pw'];
    database = openDatabase({ url: url.href, logger: silentLogger });
  });
  after(async () => {
    await database.close();
    await fresh.database.write(`DROP USER ${user}@'%'`);
    await fresh.drop();
  });

  it('asks for the table of the locks when the database keeps them', async () => {
    await assertPrivileges(database, { locksToo: false });
    const thrown = await assertPrivileges(database, { locksToo: true }).catch((e) => e);
    expect(thrown).to.include({ code: 'database-refuses-us' });
    expect(thrown)
      .to.have.property('message')
      .that.matches(/UPDATE.*denied.*lock_fences/);
  });

  it('is content with an account that may do what is needed', async () => {
    await assertPrivileges(fresh.database, { locksToo: true });
  });
});
