import { expect } from 'chai';
import { archive } from '../../src/archive/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { type Database, openDatabase, type SqlValue } from '../../src/mysql/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { age, makeOrders } from '../support/old-orders.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

const ORDERS = 3000;
const DAY_MS = 86_400_000;

interface Sent {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

interface Plan {
  readonly table: string | null;
  readonly type: string | null;
  readonly key: string | null;
}

/** Tables of ours, and how each is looked into; what is derived from them has no index. */
const OURS = /^(orders|o|order_steps|[efs]|movements|m|carried_forward|c|payments|y|stock)$/;

describe('the pages of the archive', function () {
  this.timeout(60_000);
  let fixture: SagaFixture;
  let database: Database;
  const sent: Sent[] = [];

  before(async () => {
    fixture = await sagaFixture();
    await makeOrders(fixture, ORDERS);
    await age(fixture.database, 100);
    database = openDatabase({ url: fixture.url, logger: silentLogger, poolSize: 1 });
  });
  after(async () => {
    await database.close();
    await fixture.drop();
  });

  const beforeMs = () => systemClock.wallMs() - 90 * DAY_MS;
  const noted = (): Database => ({
    ...database,
    rows: async (text, values) => {
      sent.push({ text, values: values ?? [] });
      return await database.rows(text, values);
    },
    transaction: (work) =>
      database.transaction((sql) =>
        work({
          rows: (text, values) => {
            sent.push({ text, values: values ?? [] });
            return sql.rows(text, values);
          },
          write: (text, values) => {
            sent.push({ text, values: values ?? [] });
            return sql.write(text, values);
          },
        }),
      ),
  });
  const rowsRead = async () => {
    const rows = await database.rows<{ Value: string }>(
      "SHOW SESSION STATUS WHERE Variable_name LIKE 'Handler_read%'",
    );
    return rows.reduce((sum, { Value: value }) => sum + Number(value), 0);
  };

  it('find their rows by an index, in every statement', async () => {
    const plans: string[] = [];
    await archive(noted(), { beforeMs: beforeMs(), dryRun: true, ledger: true });
    const reading = sent.splice(0);
    await archive(noted(), { beforeMs: beforeMs(), dryRun: false, ledger: true });
    const different = new Map(
      [...reading, ...sent].map((one) => [one.text.replace(/\s+/g, ' ').slice(0, 120), one]),
    );
    expect(different.size).to.be.greaterThan(12);
    await makeOrders(fixture, ORDERS, ORDERS);
    for (const { text, values } of different.values()) {
      if (/WHERE 1 = 0|^\s*INSERT/.test(text)) continue;
      for (const row of await database.rows<Plan>(`EXPLAIN ${text}`, values)) {
        if (row.table === null || !OURS.test(row.table)) continue;
        if (row.type === 'ALL' || row.type === 'index') {
          plans.push(`${row.table} by ${row.type}: ${text.replace(/\s+/g, ' ').slice(0, 200)}`);
        }
      }
    }
    expect(plans).to.deep.equal([]);
  });

  it('read as much as they take, however many orders there are', async () => {
    await age(fixture.database, 100);
    const start = await rowsRead();
    const done = await archive(database, { beforeMs: beforeMs(), dryRun: false, ledger: false });
    const read = (await rowsRead()) - start;
    expect(done.orders).to.be.greaterThan(100);
    const once = await rowsRead();
    await archive(database, { beforeMs: beforeMs(), dryRun: false, ledger: false });
    const idle = (await rowsRead()) - once;
    const [left] = await database.rows<{ orders: number }>(
      'SELECT COUNT(DISTINCT order_seq) AS orders FROM order_steps',
    );
    expect(read / done.steps).to.be.lessThan(20);
    expect(idle / (left?.orders ?? 0)).to.be.lessThan(12);
  });
});
