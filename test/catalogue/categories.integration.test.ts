import { expect } from 'chai';
import {
  addCategory,
  changeCategory,
  listCategories,
  removeCategory,
} from '../../src/catalogue/index.ts';
import { codeOf } from '../../src/kernel/index.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';
import { seededRandom } from '../support/seeded-random.ts';

const GROUPS = 99;
const LEAVES = 100;

describe('the tree of categories', function () {
  this.timeout(60_000);
  let fresh: FreshDatabase;
  beforeEach(async () => {
    fresh = await freshDatabase();
  });
  afterEach(() => fresh.drop());

  const add = async (name: string, parentId: number | null = null): Promise<number> =>
    (await addCategory(fresh.database, { name, parentId })).row.categoryId;
  const move = (categoryId: number, name: string, parentId: number | null) =>
    changeCategory(fresh.database, categoryId, { name, parentId });
  const refusal = async (work: Promise<unknown>): Promise<string> =>
    await work.then(() => 'done', codeOf);

  /** Every path is that of the parent and the own id, and as long as the level says. */
  const expectTree = async (): Promise<number> => {
    const { categories } = await listCategories(fresh.database, { limit: 50_000 });
    const byId = new Map(categories.map((one) => [one.categoryId, one]));
    for (const { categoryId, parentId, path, level } of categories) {
      const above = parentId === null ? '' : byId.get(parentId)?.path;
      expect(path).to.equal(`${above}${categoryId}.`);
      expect(level).to.equal(path.split('.').length - 1);
    }
    return categories.length;
  };

  it('moves a category with all that is below it', async () => {
    const [a, b] = [await add('a'), await add('b')];
    const c = await add('c', a);
    await add('d', c);
    const { row } = await move(c, 'c', b);
    expect(row).to.include({ parentId: b, level: 2, version: 2, path: `${b}.${c}.` });
    expect(await expectTree()).to.equal(4);
    const { categories } = await listCategories(fresh.database, { under: b, limit: 10 });
    expect(categories.map(({ name }) => name)).to.deep.equal(['b', 'c', 'd']);
  });

  it('refuses a ring, a place too deep, a taken name and a parent that is not there', async () => {
    const a = await add('a');
    const b = await add('b', a);
    expect(await refusal(move(a, 'a', b))).to.equal('category-cycle');
    expect(await refusal(move(a, 'a', a))).to.equal('category-cycle');
    expect(await refusal(move(a, 'a', 99))).to.equal('unknown-parent');
    await add('b');
    expect(await refusal(move(b, 'b', null))).to.equal('name-taken');
    let last = b;
    for (let level = 3; level <= 8; level += 1) last = await add(`l${level}`, last);
    expect(await refusal(add('l9', last))).to.equal('category-too-deep');
    expect(await refusal(move(await add('x'), 'x', last))).to.equal('category-too-deep');
    await expectTree();
  });

  it('answers the same category again, and keeps one that is used', async () => {
    const a = await add('a');
    expect(await add('a')).to.equal(a);
    await add('b', a);
    expect(await refusal(removeCategory(fresh.database, a))).to.equal('still-in-use');
    expect(await refusal(removeCategory(fresh.database, 99))).to.equal('unknown-category');
  });

  it('becomes no ring when two moves that are each in order come at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [a, b] = [await add(`a${round}`), await add(`b${round}`)];
      const ends = await Promise.all([
        refusal(move(a, `a${round}`, b)),
        refusal(move(b, `b${round}`, a)),
      ]);
      expect(ends.toSorted()).to.deep.equal(['category-cycle', 'done']);
    }
    expect(await expectTree()).to.equal(20);
  });

  it('stays a tree under many moves at once', async () => {
    const random = seededRandom(20_261_121);
    const ids: number[] = [];
    for (let at = 0; at < 20; at += 1) ids.push(await add(`n${at}`));
    const pick = () => Math.floor(random() * ids.length);
    for (let round = 0; round < 12; round += 1) {
      const moves = Array.from({ length: 6 }, () => [pick(), pick()] as const);
      const ends = await Promise.all(
        moves.map(([one, other]) => refusal(move(ids[one] ?? 0, `n${one}`, ids[other] ?? 0))),
      );
      for (const end of ends) {
        expect(end).to.be.oneOf(['done', 'category-cycle', 'category-too-deep']);
      }
      expect(await expectTree()).to.equal(20);
    }
  });

  it('moves 10,000 categories in one transaction', async () => {
    const [top, other] = [await add('top'), await add('other')];
    const first = 1000;
    const groups = Array.from({ length: GROUPS }, (_, at) => {
      const id = first + at * (LEAVES + 1);
      return [id, top, 2, `g${id}`, `${top}.${id}.`];
    });
    const leaves = groups.flatMap(([group]) =>
      Array.from({ length: LEAVES }, (_, at) => {
        const id = Number(group) + at + 1;
        return [id, group ?? 0, 3, `l${id}`, `${top}.${group}.${id}.`];
      }),
    );
    await fresh.database.write(
      'INSERT INTO categories (category_id, parent_id, level, name, path) VALUES ?',
      [[...groups, ...leaves]],
    );
    expect(await expectTree()).to.equal(2 + GROUPS * (LEAVES + 1));
    const started = performance.now();
    const { row } = await move(top, 'top', other);
    const ms = performance.now() - started;
    expect(row.path).to.equal(`${other}.${top}.`);
    const { categories } = await listCategories(fresh.database, { under: top, limit: 50_000 });
    expect(categories).to.have.length(10_000);
    await expectTree();
    expect(ms, 'milliseconds').to.be.lessThan(20_000);
  });

  it('is listed page by page, each category before what is below it', async () => {
    const a = await add('a');
    for (let at = 0; at < 12; at += 1) await add(`b${at}`, await add(`m${at}`, a));
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await listCategories(fresh.database, {
        limit: 5,
        ...(after === undefined ? {} : { after }),
      });
      seen.push(...page.categories.map(({ path }) => path));
      after = page.next ?? undefined;
    } while (after !== undefined);
    expect(seen).to.have.length(25);
    expect(seen).to.deep.equal(seen.toSorted());
  });
});
