import { expect } from 'chai';
import { AppError } from '../../src/kernel/index.ts';
import { type Database, openDatabase, sameRows } from '../../src/mysql/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';

const thrownBy = (work: Promise<unknown>) => work.catch((error: unknown) => error);

describe('a session of the database', () => {
  let fresh: FreshDatabase;
  before(async () => {
    fresh = await freshDatabase({ migrate: false });
    await fresh.database.write(
      `CREATE TABLE things (id BIGINT UNSIGNED PRIMARY KEY, name VARCHAR(5) NOT NULL UNIQUE)
       ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`,
    );
  });
  after(() => fresh.drop());

  it('is strict, in UTC, reads what is committed, and speaks all of Unicode', async () => {
    const [set] = await fresh.database.rows<Record<string, unknown>>(
      `SELECT @@SESSION.sql_mode AS mode, @@SESSION.time_zone AS zone,
         @@SESSION.character_set_client AS client, @@SESSION.innodb_lock_wait_timeout AS wait`,
    );
    expect(set).to.include({ zone: '+00:00', client: 'utf8mb4', wait: 5 });
    expect(String(set?.['mode']).split(',')).to.include.members([
      'STRICT_TRANS_TABLES',
      'ERROR_FOR_DIVISION_BY_ZERO',
      'NO_ENGINE_SUBSTITUTION',
    ]);
    const isolation = await fresh.database
      .rows<{ Value: string }>(
        `SHOW SESSION VARIABLES WHERE Variable_name IN ('tx_isolation', 'transaction_isolation')`,
      )
      .then((rows) => rows.map(({ Value }) => Value));
    expect(isolation).to.deep.equal(['READ-COMMITTED']);
    const [echo] = await fresh.database.rows('SELECT ? AS text', ['naïve 📦']);
    expect(echo).to.deep.equal({ text: 'naïve 📦' });
  });

  it('keeps whole numbers whole, and says so when they are too large to be numbers', async () => {
    const [row] = await fresh.database.rows(
      'SELECT 9007199254740991 AS most, CAST(18446744073709551615 AS UNSIGNED) AS beyond',
    );
    expect(row).to.deep.equal({ most: 9007199254740991, beyond: '18446744073709551615' });
  });

  it('refuses what does not fit, instead of cutting it', async () => {
    const error = await thrownBy(fresh.database.write(`INSERT INTO things VALUES (1, 'too long')`));
    expect((error as AppError).details).to.include({ failure: 'data', errno: 1406 });
  });

  it('counts the rows a write found, changed or not', async () => {
    await fresh.database.write(`INSERT INTO things VALUES (2, 'two')`);
    const same = `UPDATE things SET name = 'two' WHERE id = 2`;
    expect(await fresh.database.write(same)).to.equal(1);
    expect(() => sameRows(1, 2, 'things')).to.throw('meant 2 rows, matched 1');
  });
});

describe('a transaction', () => {
  let fresh: FreshDatabase;
  let proxy: CutProxy;
  let database: Database;
  before(async () => {
    fresh = await freshDatabase({ migrate: false });
    await fresh.database.write('CREATE TABLE things (id INT PRIMARY KEY) ENGINE = InnoDB');
    const url = new URL(fresh.url);
    proxy = new CutProxy(Number(url.port));
    url.port = String(await proxy.listen());
    database = openDatabase({ url: url.href, logger: silentLogger, silenceMs: 150 });
  });
  after(async () => {
    await database.close();
    await proxy.close();
    await fresh.drop();
  });
  const things = () => fresh.database.rows('SELECT id FROM things ORDER BY id');

  it('leaves nothing behind when its work throws, and throws the same', async () => {
    class Own extends Error {}
    const error = await thrownBy(
      database.transaction(async (sql) => {
        await sql.write('INSERT INTO things VALUES (1)');
        throw new Own('not this time');
      }),
    );
    expect(error).to.be.instanceOf(Own);
    expect(await things()).to.deep.equal([]);
  });

  it('rejects when its COMMIT fails', async () => {
    const error = await thrownBy(
      database.transaction(async (sql) => {
        await sql.write('INSERT INTO things VALUES (2)');
        const [me] = await sql.rows<{ id: number }>('SELECT CONNECTION_ID() AS id');
        await fresh.database.write('KILL CONNECTION ?', [me?.id ?? 0]);
      }),
    );
    expect(error).to.be.instanceOf(AppError).and.include({ retryable: true });
    expect(await things()).to.deep.equal([]);
  });

  it('rejects when nobody knows whether it was committed', async () => {
    proxy.mode = 'swallow-commit';
    const error = await thrownBy(
      database.transaction((sql) => sql.write('INSERT INTO things VALUES (3)')),
    );
    expect(error).to.be.instanceOf(AppError).and.include({ retryable: true });
    expect(await things()).to.deep.equal([{ id: 3 }]);
  });

  it('is given up when the line goes silent, and the next one works', async () => {
    const error = await thrownBy(
      database.transaction(async (sql) => {
        await sql.rows('SELECT 1');
        proxy.mode = 'black-hole';
        await sql.rows('SELECT 2');
      }),
    );
    expect((error as AppError).details).to.include({ failure: 'unavailable' });
    proxy.mode = 'pass';
    expect(await database.rows('SELECT 3 AS three')).to.deep.equal([{ three: 3 }]);
  });
});
