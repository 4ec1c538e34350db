import { expect } from 'chai';
import {
  addBanner,
  addBrand,
  addGoods,
  changeGoods,
  listGoods,
  linkBrand,
  removeBrand,
  removeGoods,
  unlinkBrand,
} from '../../src/catalogue/index.ts';
import { judgeGoods, keepGoods } from '../../src/catalogue/goods-import-store.ts';
import { codeOf } from '../../src/kernel/index.ts';
import { type CatalogueRoom, catalogueRoom } from '../support/catalogue-room.ts';

const quiet = { raisesEpoch: false };

describe('the goods of the catalogue', () => {
  let room: CatalogueRoom;
  beforeEach(async () => {
    room = await catalogueRoom();
  });
  afterEach(() => room.drop());

  const refusal = async (work: Promise<unknown>): Promise<string> =>
    await work.then(() => 'done', codeOf);
  const add = (goodsId: number, more = {}) =>
    addGoods(room.database, goodsId, room.row(goodsId, more), quiet);
  /** A page that is full comes from the newest, a longer one from the index: both say the same. */
  const found = async (q: string): Promise<readonly number[]> => {
    const idsOf = async (limit: number) =>
      (await listGoods(room.database, { q, limit })).goods.map(({ goodsId }) => goodsId);
    const all = await idsOf(100);
    if (all.length > 0) expect(await idsOf(all.length), q).to.deep.equal(all);
    return all;
  };

  it('are added once, and answered again as they are', async () => {
    expect((await add(1)).change).to.equal('created');
    const again = await add(1);
    expect(again).to.deep.include({ change: 'unchanged' });
    expect(again.row.version).to.equal(1);
    expect(await refusal(add(1, { shopPrice: 5 }))).to.equal('goods-known');
    expect(await refusal(add(2, { goodsSn: 'SN-1' }))).to.equal('goods-sn-taken');
  });

  it('are only of brands that their category has', async () => {
    const { row } = await addBrand(room.database, { name: 'Other', logo: null });
    expect(await refusal(add(1, { brandId: row.brandId }))).to.equal('brand-not-in-category');
    expect(await refusal(add(1, { categoryId: 999 }))).to.equal('brand-not-in-category');
    await linkBrand(room.database, room.categoryId, row.brandId);
    await add(1, { brandId: row.brandId });
    const unlink = () => unlinkBrand(room.database, room.categoryId, row.brandId);
    expect(await refusal(unlink())).to.equal('still-in-use');
    expect(await refusal(removeBrand(room.database, row.brandId))).to.equal('still-in-use');
    await removeGoods(room.database, 1, quiet);
    await unlink();
    await removeBrand(room.database, row.brandId);
    expect(await refusal(linkBrand(room.database, room.categoryId, 999))).to.equal('unknown-pair');
  });

  it('are changed as of a version, and a change sent twice is one', async () => {
    await add(1);
    const draft = room.row(1, { shopPrice: 7 });
    const change = (expectedVersion: number, more = {}) =>
      changeGoods(room.database, 1, { ...draft, ...more }, { ...quiet, expectedVersion });
    expect((await change(1)).row).to.include({ shopPrice: 7, version: 2 });
    expect((await change(1)).change).to.equal('unchanged');
    expect(await refusal(change(1, { shopPrice: 8 }))).to.equal('version-conflict');
    expect(await refusal(changeGoods(room.database, 9, draft, quiet))).to.equal('not-in-catalogue');
  });

  it('stay as long as a banner leads to them', async () => {
    await add(1);
    const banner = { image: '/a.webp', sort: 1, url: null, startsAtMs: null, endsAtMs: null };
    await addBanner(room.database, { ...banner, goodsId: 1 });
    expect(await refusal(removeGoods(room.database, 1, quiet))).to.equal('still-in-use');
    const stray = addBanner(room.database, { ...banner, goodsId: 2 });
    expect(await refusal(stray)).to.equal('banner-goods-unknown');
  });

  it('are found by words and by any part of a run of signs', async () => {
    await add(1, { name: '无线蓝牙耳机 Pro' });
    await add(2, { name: 'Wireless Headphones, over-ear' });
    await add(3, { name: '牙蓝 Ｃａｆé the best' });
    await add(4, { name: 'ワイヤレスイヤホン' });
    expect(await found('蓝牙')).to.deep.equal([1]);
    expect(await found('线蓝牙耳')).to.deep.equal([1]);
    expect(await found('机')).to.deep.equal([1]);
    expect(await found('牙')).to.deep.equal([3, 1]);
    expect(await found('イヤホン')).to.deep.equal([4]);
    expect(await found('head')).to.deep.equal([2]);
    expect(await found('WIRELESS ear')).to.deep.equal([2]);
    expect(await found('cafe')).to.deep.equal([3]);
    expect(await found('the')).to.deep.equal([3]); // a word that the server would not keep
    expect(await found('耳蓝')).to.deep.equal([]);
    expect(await found('" OR 1=1 --')).to.deep.equal([]);
    expect(await found('***')).to.deep.equal([]);
  });

  it('are found by their new name and no more by the old', async () => {
    await add(1, { name: 'Walkman' });
    await changeGoods(room.database, 1, room.row(1, { name: 'Diskman' }), quiet);
    expect(await found('walkman')).to.deep.equal([]);
    expect(await found('diskman')).to.deep.equal([1]);
  });

  it('are listed page by page, each once, although others come and go meanwhile', async () => {
    await room.keep(...Array.from({ length: 25 }, (_, at) => at + 1));
    const seen: number[] = [];
    let before: number | undefined;
    do {
      const page = await listGoods(room.database, {
        limit: 10,
        status: 'on-sale',
        categoryId: room.categoryId,
        ...(before === undefined ? {} : { before }),
      });
      seen.push(...page.goods.map(({ goodsId }) => goodsId));
      before = page.next ?? undefined;
      await room.keep(100 + seen.length);
    } while (before !== undefined);
    expect(seen).to.deep.equal(Array.from({ length: 25 }, (_, at) => 25 - at));
  });

  it('come in many at once, each by itself, and the same again changes nothing', async () => {
    await add(1);
    const rows = [
      room.row(1),
      room.row(2, { name: '💥 100% "x"' }),
      room.row(3, { goodsSn: 'SN-1' }),
      room.row(4, { brandId: 77 }),
      room.row(5),
    ];
    const said = async (keep: Promise<readonly unknown[]>) =>
      (await keep).map((one) => (typeof one === 'string' ? one : codeOf(one)));
    const expected = ['unchanged', 'created', 'goods-sn-taken', 'brand-not-in-category', 'created'];
    expect(await said(judgeGoods(room.database, rows))).to.deep.equal(expected);
    expect(await said(keepGoods(room.database, rows, quiet))).to.deep.equal(expected);
    const [, second] = rows.map((row) => ({ ...row, shopPrice: row.shopPrice + 1 }));
    expect(await said(keepGoods(room.database, [second ?? room.row(2)], quiet))).to.deep.equal([
      'changed',
    ]);
    const { goods } = await listGoods(room.database, { limit: 10 });
    expect(goods.map(({ goodsId, version }) => [goodsId, version])).to.deep.equal([
      [5, 1],
      [2, 2],
      [1, 1],
    ]);
    expect(goods[1]).to.include({ name: '💥 100% "x"', shopPrice: 201 });
  });
});
