import { expect } from 'chai';
import type { Sql } from '../../src/mysql/index.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';

describe('a snapshot', () => {
  let fresh: FreshDatabase;
  before(async () => {
    fresh = await freshDatabase();
    await fresh.database.write('INSERT INTO stock (goods_id) VALUES (1)');
  });
  after(async () => await fresh.drop());

  const count = async (sql: Sql) => {
    const [row] = await sql.rows<{ rows: number }>('SELECT COUNT(*) AS `rows` FROM stock');
    return row?.rows;
  };

  it('sees nothing of what commits after its begin', async () => {
    const seen = await fresh.database.snapshot(async (sql) => {
      await fresh.database.write('INSERT INTO stock (goods_id) VALUES (2)');
      return await count(sql);
    });
    expect(seen).to.equal(1);
    expect(await count(fresh.database)).to.equal(2);
  });

  it('cannot write', async () => {
    const refusal = await fresh.database
      .snapshot(async (sql) => await sql.write('DELETE FROM stock'))
      .then(
        () => null,
        (error: unknown) => error,
      );
    expect(refusal).to.have.property('code', 'database-failed');
    expect(await count(fresh.database)).to.be.greaterThan(0);
  });

  it('leaves its connection as it found it, also after a failure', async () => {
    for (let round = 0; round < 20; round += 1) {
      await fresh.database
        .snapshot(() => Promise.reject(new Error('mine')))
        .catch((error: unknown) => expect(error).to.have.property('message', 'mine'));
    }
    await fresh.database.write('INSERT INTO stock (goods_id) VALUES (3)');
    expect(await count(fresh.database)).to.equal(3);
  });
});
