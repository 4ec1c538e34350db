import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { systemClock, systemRandom } from '../../src/kernel/index.ts';
import { openDatabase, ReplicaReads } from '../../src/mysql/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { documentIn, type Said, whatItSaid } from '../support/command-run.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { programEnvironment } from '../support/program-environment.ts';
import { MARK, MARKED_NAME, ReplicaRoom } from '../support/replica-room.ts';
import { until } from '../support/until.ts';
import { describeWith, programOnPath } from '../support/wanted-program.ts';

const CLI = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const mariadb = { found: programOnPath('mariadbd'), packages: 'mariadb-server-core' };
const LIST = '/v1/goods?status=on-sale';
const LOOKS = [
  LIST,
  `/v1/goods?q=${MARKED_NAME}`,
  `/v1/goods?categoryId=${MARK}`,
  '/v1/brands',
  `/v1/brands?categoryId=${MARK}`,
  `/v1/brands/${MARK}`,
  '/v1/categories',
  `/v1/categories/${MARK}`,
  '/v1/banners',
  `/v1/banners/${MARK}`,
];
/** What a replica may be behind, and what a read waits for it; and as much for a busy machine. */
const BEHIND_MS = 5000;
const ANSWER_MS = 2000;
const SLACK_MS = 3000;

describeWith(mariadb, 'a replica of the database, for those who look', function (command) {
  this.timeout(180_000);
  let room: ReplicaRoom;
  const goods = (name: string) => ({
    goodsSn: 'SN-7',
    name,
    brandId: 1,
    categoryId: 1,
    shopPrice: 4900,
    currency: 'EUR',
    status: 'on-sale',
  });
  const look = (path: string) => room.send('viewer', path);

  before(async () => {
    room = await ReplicaRoom.open(command);
    await room.changed('/v1/brands', 'POST', { name: 'Acme' });
    await room.changed('/v1/categories', 'POST', { name: 'Audio', parentId: null });
    await room.changed('/v1/categories/1/brands/1', 'PUT');
    await room.changed('/v1/goods', 'POST', { goodsId: 7, ...goods('First name') });
    await room.changed('/v1/stock/7', 'PUT', { available: 100 });
    await room.mark();
  });
  after(() => room.close());
  beforeEach(async () => {
    await until(async () => (await look(LIST)).text.includes(MARKED_NAME), 60_000, 'it is used');
  });

  afterEach(() => room.replica.asked((sql) => sql.write('START SLAVE')));

  it('answers lists, searches and rows, with an age that is told', async () => {
    for (const path of LOOKS) {
      const [selects, reads] = [await room.selects(), await room.reads('replica')];
      const { status, text } = await look(path);
      expect([status, text.includes(`${MARK}`)], `${path}: ${text}`).to.deep.equal([200, true]);
      expect(await room.selects(), path).to.be.greaterThan(selects);
      expect(await room.reads('replica'), path).to.equal(reads + 1);
    }
    const { goods: rows } = JSON.parse((await look(LIST)).text) as { goods: { ageMs: number }[] };
    for (const { ageMs } of rows) expect(ageMs).to.be.within(1, BEHIND_MS + ANSWER_MS);
  });

  it('is not asked by those who may have written, nor for what the cache keeps', async () => {
    const [selects, primary] = [await room.selects(), await room.reads('primary')];
    for (const path of LOOKS) {
      const { text } = await room.send('operator', path);
      expect(text, path).to.not.include(MARKED_NAME);
    }
    expect((await look(`/v1/goods/${MARK}`)).status).to.equal(404);
    expect(JSON.parse((await look(`/v1/goods?ids=7,${MARK}`)).text).goods).to.have.length(1);
    expect(await room.selects()).to.equal(selects);
    expect(await room.reads('primary')).to.equal(primary + LOOKS.length);
  });

  it('does not turn away what has not reached it', async () => {
    await room.replica.asked((sql) => sql.write('STOP SLAVE'));
    const made = await room.send('operator', '/v1/brands', 'POST', { name: 'Late' });
    const { brandId } = JSON.parse(made.text) as { brandId: number };
    expect((await look(`/v1/brands/${brandId}`)).status).to.equal(200);
  });

  it('leaks no old row into the cache while it is behind, and is left when too far', async () => {
    await room.replica.asked((sql) => sql.write('STOP SLAVE'));
    const before = await room.reads('fell-back');
    for (const name of ['Second name', 'Third name']) {
      await look('/v1/goods/7'); // so that the cache has something to forget
      await room.changed('/v1/goods/7', 'PUT', goods(name));
      for (const path of ['/v1/goods/7', '/v1/goods?ids=7']) {
        expect((await look(path)).text, path).to.include(name);
      }
      expect((await room.send('operator', LIST)).text).to.include(name);
    }
    const isLeft = async () => (await look(LIST)).text.includes('Third name');
    await until(isLeft, BEHIND_MS + SLACK_MS, 'it is too far behind', 50);
    expect(await room.reads('fell-back')).to.be.greaterThan(before);
    await room.replica.asked((sql) => sql.write('START SLAVE'));
    const isThere = async () => (await look(LIST)).text.includes(MARKED_NAME);
    await until(isThere, 20_000, 'it is asked again', 50);
    expect((await look(LIST)).text).to.include('Third name');
  });

  for (const [how, fall, mend] of [
    ['killed', () => room.replica.kill(), () => room.replica.start()],
    ['a black hole', async () => room.replica.freeze(), async () => room.replica.thaw()],
  ] as const) {
    it(`holds nobody up when it is ${how}, and orders go on`, async () => {
      const before = await room.reads('fell-back');
      await fall();
      try {
        const together = await Promise.all(LOOKS.slice(0, 2).map((path) => look(path)));
        for (const { status, tookMs } of together) {
          expect(status).to.equal(200);
          expect(tookMs).to.be.below(ANSWER_MS + SLACK_MS);
        }
        const next = await look(LIST);
        expect(next.text).to.include('SN-7').and.not.include(MARKED_NAME);
        expect(next.tookMs, 'it is not asked for a while').to.be.below(ANSWER_MS / 2);
        expect(await room.reads('fell-back')).to.be.greaterThan(before);
        const order = { orderId: how.replace(/ /g, '-'), lines: [{ goodsId: 7, quantity: 1 }] };
        const placed = await room.send('producer', '/v1/orders?wait=10s', 'POST', order);
        expect([placed.status, placed.text]).to.satisfy(
          ([status, text]: [number, string]) => status === 201 && text.includes('reserved'),
        );
      } finally {
        await mend();
      }
    });
  }

  describe('is not used', () => {
    const troubleOf = async (replicaUrl: string): Promise<string | null> => {
      const url = room.primary.url();
      const primary = openDatabase({ url, logger: silentLogger });
      const reads = new ReplicaReads({
        url: replicaUrl,
        primary,
        primaryUrl: url,
        logger: silentLogger,
        clock: systemClock,
        random: systemRandom,
      });
      try {
        expect(await reads.hasAllOfNow(2000)).to.equal(false);
        const text = 'SELECT COUNT(*) AS n FROM goods WHERE goods_id = 7';
        const { value, ageMs } = await reads.read((sql) => sql.rows<{ n: number }>(text));
        expect([value[0]?.n, ageMs, reads.counts.fellBack]).to.deep.equal([1, 0, 1]);
        return reads.trouble;
      } finally {
        await reads.close();
        await primary.close();
      }
    };

    it('without the newest migration', async () => {
      const name = 'SELECT MAX(name) FROM (SELECT * FROM holdfast.knex_migrations) AS all_of_them';
      await room.onReplica(`UPDATE holdfast.knex_migrations SET name = 'x' WHERE name = (${name})`);
      try {
        expect(await troubleOf(room.replicaUrl)).to.match(/schema lacks \d{4}_/);
      } finally {
        const [newest] = await room.primary.asked((sql) => sql.rows<{ name: string }>(name));
        const newName = Object.values(newest ?? {})[0];
        const mended = `UPDATE holdfast.knex_migrations SET name = '${newName}' WHERE name = 'x'`;
        await room.onReplica(mended);
      }
    });

    it('when it is another database, or refuses us', async () => {
      const other = await freshDatabase();
      try {
        expect(await troubleOf(other.url)).to.include('no copy of the primary');
      } finally {
        await other.drop();
      }
      const stranger = room.replicaUrl.replace('of-the-looker', 'wrong');
      expect(await troubleOf(stranger)).to.include('refuses this user or password');
    });
  });

  const run = async (args: string, more: Record<string, string> = {}): Promise<Said> => {
    const home = { HOLDFAST_HOME: '/tmp/holdfast-no-home' };
    const env = programEnvironment({ ...room.settings, ...home, ...more });
    return await whatItSaid(spawn(process.execPath, [CLI, ...args.split(' ')], { env }));
  };

  it('gives an export, unless it lacks what was there when that began', async () => {
    const first = await run('goods export --format csv');
    expect([first.code, first.stderr]).to.deep.equal([0, '']);
    expect(first.stdout).to.include(`SN-${MARK}`).and.include('SN-7');
    await room.replica.asked((sql) => sql.write('STOP SLAVE'));
    await room.changed('/v1/goods/7', 'PUT', goods('Fourth name'));
    const second = await run('goods export --format csv');
    expect(second.stdout).to.include('Fourth name').and.not.include(`SN-${MARK}`);
    expect(second.stderr).to.match(/read from the primary, not from its replica: .*behind/);
  });

  it('is looked at by doctor', async () => {
    interface Health {
      readonly checks: readonly { what: string; ok: boolean; found: string; next?: string }[];
    }
    const examined = async (more: Record<string, string> = {}) => {
      const { checks } = documentIn<Health>((await run('doctor --production --json', more)).stdout);
      return (what: string) => checks.find((one) => one.what === what);
    };
    const right = await examined();
    const looked = ['replica', 'replica is read-only', 'rights on the replica'];
    for (const what of [...looked, 'replica is up to date']) {
      expect(right(what), what).to.include({ ok: true }).and.not.have.property('next');
    }
    await room.onReplica('STOP SLAVE', 'SET GLOBAL read_only = 0');
    await room.changed('/v1/goods/7', 'PUT', goods('Fifth name'));
    const admin = room.replicaUrl.replace('looker:of-the-looker', 'admin:admin');
    const wrong = await examined({ HOLDFAST_DATABASE_REPLICA_URL: admin });
    await room.onReplica('SET GLOBAL read_only = 1', 'START SLAVE');
    for (const what of looked.slice(1)) expect(wrong(what), what).to.include({ ok: false });
    expect(wrong('replica is up to date')).to.include({ ok: false });
    expect(wrong('replica is up to date')?.found).to.include('behind');
    const nowhere = 'mysql://looker:x@127.0.0.1:1/holdfast';
    const away = await examined({ HOLDFAST_DATABASE_REPLICA_URL: nowhere });
    expect(away('production: replica')).to.include({ ok: false });
  });
});
