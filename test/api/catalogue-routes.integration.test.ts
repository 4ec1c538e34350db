import { expect } from 'chai';
import { type Answered, type HttpRoom, httpRoom } from '../support/http-room.ts';

type Json = Record<string, unknown>;

describe('the catalogue over HTTP', () => {
  let room: HttpRoom;
  before(async () => {
    room = await httpRoom();
  });
  after(() => room.drop());

  const send = (method: string, path: string, body?: unknown): Promise<Answered> =>
    room.send('operator', method, `/v1/${path}`, body);
  const said = async (answer: Promise<Answered>): Promise<string> => {
    const { status, body } = await answer;
    return `${status} ${(body['code'] as string | undefined) ?? 'fine'}`;
  };
  const made = async (path: string, body: Json): Promise<Json> => {
    const answer = await send('POST', path, body);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    return answer.body;
  };
  let number = 0;
  /** A brand in a category, under names of their own. */
  const pair = async (): Promise<{ readonly brandId: number; readonly categoryId: number }> => {
    number += 1;
    const { brandId } = await made('brands', { name: `Brand ${number}` });
    const { categoryId } = await made('categories', { name: `Kind ${number}`, parentId: null });
    await send('PUT', `categories/${String(categoryId)}/brands/${String(brandId)}`);
    return { brandId: Number(brandId), categoryId: Number(categoryId) };
  };
  const wordsOf = (goodsId: number, of: Json): Json => ({
    name: `Goods ${goodsId}`,
    goodsSn: `SN-${goodsId}`,
    shopPrice: 4900,
    currency: 'EUR',
    status: 'on-sale',
    ...of,
  });

  it('takes goods once and answers the same again', async () => {
    const body = { goodsId: 7, ...wordsOf(7, await pair()) };
    expect(await made('goods', body)).to.deep.equal({ ...body, version: 1 });
    const again = await send('POST', 'goods', body);
    expect([again.status, again.body['version']]).to.deep.equal([200, 1]);
    expect(await said(send('POST', 'goods', { ...body, shopPrice: 1 }))).to.equal(
      '409 goods-known',
    );
    const other = { ...body, goodsId: 8 };
    expect(await said(send('POST', 'goods', other))).to.equal('409 goods-sn-taken');
  });

  it('shows goods with their stock, and says how old both are', async () => {
    await made('goods', { goodsId: 17, ...wordsOf(17, await pair()) });
    const bare = await room.send('viewer', 'GET', '/v1/goods/17');
    expect(bare.body).to.include({ goodsId: 17, stock: null });
    await room.restock(18, 5);
    await made('goods', { goodsId: 18, ...wordsOf(18, await pair()) });
    const { body } = await room.send('producer', 'GET', '/v1/goods/18');
    expect(body['ageMs']).to.be.within(0, 60_000);
    const stock = body['stock'] as Json;
    expect(stock).to.include({ available: 5, held: 0, sold: 0, received: 5 });
    expect(stock['ageMs']).to.be.within(0, 2000);
  });

  it('changes goods as of a version, and never by halves', async () => {
    const words = wordsOf(20, await pair());
    await made('goods', { goodsId: 20, ...words });
    const change = { ...words, shopPrice: 5000, expectedVersion: 1 };
    const first = await send('PUT', 'goods/20', change);
    expect(first.body).to.include({ shopPrice: 5000, version: 2 });
    expect((await send('PUT', 'goods/20', change)).body).to.include({ version: 2 });
    const late = await send('PUT', 'goods/20', { ...change, shopPrice: 1 });
    expect(late.body).to.include({ status: 409, code: 'version-conflict', version: 2 });
    const { body } = await room.send('viewer', 'GET', '/v1/goods/20');
    expect(body).to.include({ shopPrice: 5000, version: 2 });
    const half = { name: 'x', expectedVersion: 2 };
    expect(await said(send('PUT', 'goods/20', half))).to.equal('400 invalid-input');
    expect(await said(send('PUT', 'goods/21', words))).to.equal('404 not-in-catalogue');
    expect(await said(send('DELETE', 'goods/20?expectedVersion=1'))).to.equal(
      '409 version-conflict',
    );
    expect(await said(send('DELETE', 'goods/20?expectedVersion=2'))).to.equal('200 fine');
    expect(await said(send('GET', 'goods/20'))).to.equal('404 not-in-catalogue');
  });

  it('finds goods by name, category and state, and many by their ids', async () => {
    const of = await pair();
    const below = await made('categories', { name: 'below', parentId: of.categoryId });
    const [sub, brand] = [String(below['categoryId']), String(of.brandId)];
    await send('PUT', `categories/${sub}/brands/${brand}`);
    await made('goods', { goodsId: 31, ...wordsOf(31, { ...of, name: '无线蓝牙耳机' }) });
    const deep = { ...of, categoryId: below['categoryId'], status: 'off-sale' };
    await made('goods', { goodsId: 32, ...wordsOf(32, { ...deep, name: '蓝牙音箱' }) });
    const ids = async (query: string) => {
      const { status, body } = await room.send('viewer', 'GET', `/v1/goods?${query}`);
      expect(status, JSON.stringify(body)).to.equal(200);
      return (body['goods'] as { goodsId: number }[]).map(({ goodsId }) => goodsId);
    };
    expect(await ids(`q=${encodeURIComponent('蓝牙')}`)).to.deep.equal([32, 31]);
    expect(await ids(`q=${encodeURIComponent('耳机')}`)).to.deep.equal([31]);
    expect(await ids(`categoryId=${of.categoryId}`)).to.deep.equal([32, 31]);
    expect(await ids(`categoryId=${sub}&status=off-sale`)).to.deep.equal([32]);
    expect(await ids(`brandId=${brand}&limit=1`)).to.deep.equal([32]);
    expect(await ids(`brandId=${brand}&before=32`)).to.deep.equal([31]);
    expect(await ids('ids=32,999999,31,32')).to.deep.equal([32, 31]);
    expect(await said(send('GET', 'goods?ids=1&q=x'))).to.equal('400 invalid-input');
    expect(await said(send('GET', 'goods?categoryId=99999'))).to.equal('404 unknown-category');
  });

  it('keeps pairs, and what is in use', async () => {
    const { brandId, categoryId } = await pair();
    const other = await pair();
    const wrong = wordsOf(40, { brandId, categoryId: other.categoryId });
    expect(await said(send('POST', 'goods', { goodsId: 40, ...wrong }))).to.equal(
      '409 brand-not-in-category',
    );
    expect(await said(send('DELETE', `brands/${brandId}`))).to.equal('409 still-in-use');
    expect(await said(send('DELETE', `categories/${categoryId}`))).to.equal('409 still-in-use');
    const link = `categories/${categoryId}/brands/${brandId}`;
    expect(await said(send('PUT', `categories/99999/brands/${brandId}`))).to.equal(
      '409 unknown-pair',
    );
    expect(await said(send('DELETE', link))).to.equal('200 fine');
    expect(await said(send('DELETE', `brands/${brandId}`))).to.equal('200 fine');
    expect(await said(send('DELETE', `categories/${categoryId}`))).to.equal('200 fine');
    expect(await said(send('GET', `brands/${brandId}`))).to.equal('404 unknown-brand');
    expect(await said(send('GET', `categories/${categoryId}`))).to.equal('404 unknown-category');
  });

  it('lists brands by any part of their name, in any case', async () => {
    const { brandId } = await made('brands', { name: 'Zürich 100% Audio', logo: '/l/z.webp' });
    for (const q of ['zürich', '100%', 'AUDIO']) {
      const { body } = await send('GET', `brands?q=${encodeURIComponent(q)}`);
      expect(body['brands'], q).to.deep.equal([
        { brandId, name: 'Zürich 100% Audio', logo: '/l/z.webp', version: 1 },
      ]);
    }
    expect((await send('GET', 'brands?q=_%25')).body['brands']).to.deep.equal([]);
    const again = await send('POST', 'brands', { name: 'Zürich 100% Audio' });
    expect(again.body).to.include({ status: 409, code: 'name-taken', brandId });
  });

  it('moves categories, and tells a ring', async () => {
    const one = await made('categories', { name: 'one', parentId: null });
    const two = await made('categories', { name: 'two', parentId: one['categoryId'] });
    const ring = { name: 'one', parentId: two['categoryId'] };
    expect(await said(send('PUT', `categories/${String(one['categoryId'])}`, ring))).to.equal(
      '409 category-cycle',
    );
    const up = await send('PUT', `categories/${String(two['categoryId'])}`, {
      name: 'two',
      parentId: null,
    });
    expect(up.body).to.include({ level: 1, path: `${String(two['categoryId'])}.` });
    const { body } = await send('GET', `categories?under=${String(one['categoryId'])}`);
    expect(body['categories']).to.have.length(1);
    expect(await said(send('GET', 'categories?under=99999'))).to.equal('404 unknown-category');
  });

  it('shows banners in their order and in their time', async () => {
    await made('goods', { goodsId: 50, ...wordsOf(50, await pair()) });
    const banner = (sort: number, more: Json) =>
      made('banners', { image: '/b.webp', sort, ...more });
    const second = await banner(2, { goodsId: 50 });
    const first = await banner(1, { url: 'https://shop.example/', endsAt: '2099-01-01T00:00:00Z' });
    const over = await banner(1, { url: 'https://shop.example/', endsAt: '2001-01-01T00:00:00Z' });
    expect(first).to.include({ endsAt: '2099-01-01T00:00:00.000Z', goodsId: null, version: 1 });
    const ids = async (query: string) => {
      const { body } = await send('GET', `banners?${query}`);
      const list = body['banners'] as { bannerId: number }[];
      return [list.map(({ bannerId }) => bannerId), body['next']];
    };
    const [a, b, c] = [first, over, second].map((one) => one['bannerId']);
    expect(await ids('')).to.deep.equal([[a, b, c], null]);
    expect(await ids('shown=now')).to.deep.equal([[a, c], null]);
    expect(await ids('limit=2')).to.deep.equal([[a, b], `1.${String(b)}`]);
    expect(await ids(`limit=2&after=1.${String(b)}`)).to.deep.equal([[c], null]);
    const bad = async (more: Json) =>
      await said(send('POST', 'banners', { image: '/b.webp', sort: 1, ...more }));
    expect(await bad({ goodsId: 999_999 })).to.equal('409 banner-goods-unknown');
    expect(await bad({})).to.equal('400 invalid-input');
    expect(await bad({ goodsId: 50, url: 'https://shop.example/' })).to.equal('400 invalid-input');
    expect(await bad({ url: 'javascript:alert(1)' })).to.equal('400 invalid-input');
    expect(await bad({ url: 'https://user:word@shop.example/' })).to.equal('400 invalid-input');
    const startsAt = '2030-01-02T00:00:00Z';
    expect(await bad({ goodsId: 50, startsAt, endsAt: startsAt })).to.equal('400 invalid-input');
    expect(await said(send('DELETE', 'goods/50'))).to.equal('409 still-in-use');
  });

  it('refuses what could not be read back as it was', async () => {
    const logo = 'javascript:alert(1)';
    for (const body of [
      { name: ' x' },
      { name: 'a\u0000b' },
      { name: 'half \ud800' },
      { name: '' },
      { name: 'x', logo },
      { name: 'x', colour: 'red' },
    ]) {
      expect(await said(send('POST', 'brands', body)), JSON.stringify(body)).to.equal(
        '400 invalid-input',
      );
    }
  });
});
