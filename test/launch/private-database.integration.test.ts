import path from 'node:path';
import { expect } from 'chai';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';

describe('a private database server', () => {
  let fresh: FreshDatabase;
  before(async () => {
    fresh = await freshDatabase();
  });
  after(async () => {
    await fresh.drop();
  });

  it('shares its temporary folder with no other: one that starts would empty it', async () => {
    const [row] = await fresh.database.rows<{ temporary: string; data: string }>(
      'SELECT @@tmpdir AS temporary, @@datadir AS data',
    );
    expect(path.dirname(row?.temporary ?? '')).to.equal(
      path.dirname(path.resolve(row?.data ?? '')),
    );
  });
});
