import { expect } from 'chai';
import { type HttpRoom, httpRoom, TOKENS } from '../support/http-room.ts';

describe('the login of a person', () => {
  let room: HttpRoom;

  before(async () => {
    room = await httpRoom();
  });
  after(() => room.drop());

  const ask = (
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string,
  ) =>
    fetch(room.url + path, {
      method,
      headers,
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    });
  const logIn = (
    token: string,
    next?: string,
    headers: Readonly<Record<string, string>> = { 'sec-fetch-site': 'same-origin' },
  ) =>
    ask(
      'POST',
      '/login',
      { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      new URLSearchParams({ token, ...(next === undefined ? {} : { next }) }).toString(),
    );
  const cookieOf = (response: Response): string =>
    response.headers.getSetCookie()[0]?.split(';')[0] ?? '';

  it('is asked for by a page, and leads to where the person wanted to go', async () => {
    const stranger = await ask('GET', '/?tab=orders', { accept: 'text/html' });
    expect([stranger.status, stranger.headers.get('content-type')]).to.deep.equal([
      401,
      'text/html; charset=utf-8',
    ]);
    const page = await stranger.text();
    expect(page).to.include('<form method="post" action="/login">');
    expect(page).to.include('name="next" value="/?tab=orders"');
    const { status, headers } = await logIn(TOKENS.viewer, '/?tab=orders');
    expect([status, headers.get('location')]).to.deep.equal([303, '/?tab=orders']);
  });

  it('gives a cookie that no script reads and no other site sends', async () => {
    const given = await logIn(TOKENS.viewer);
    const [cookie = ''] = given.headers.getSetCookie();
    expect(cookie).to.include('; HttpOnly').and.include('; SameSite=Strict');
    expect(cookie).to.include('; Path=/').and.not.include('Domain');
    const home = await ask('GET', '/', { cookie: cookieOf(given) });
    expect(home.status).to.equal(200);
    expect(await home.text()).to.include('<title>Holdfast</title>');
  });

  it('ends with a logout', async () => {
    const out = await ask('POST', '/logout', { 'sec-fetch-site': 'same-origin' });
    expect([out.status, out.headers.get('location')]).to.deep.equal([303, '/login']);
    expect(out.headers.getSetCookie()[0]).to.match(/^holdfast_token=; .*Expires=Thu, 01 Jan 1970/);
  });

  it('is for viewers and operators, not for programs, and says no more of a token', async () => {
    for (const token of [TOKENS.producer, TOKENS.payments, 'unknown', '']) {
      const refused = await logIn(token);
      expect(refused.status, token).to.equal(401);
      expect(refused.headers.getSetCookie()).to.deep.equal([]);
      const page = await refused.text();
      expect(page).to.include('role="alert"');
      if (token) expect(page).to.not.include(token);
    }
    expect((await logIn(TOKENS.operator)).status).to.equal(303);
  });

  it('leads nowhere but to pages of its own', async () => {
    for (const next of [
      '//evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      'https://evil.example',
      'https:evil.example',
      'javascript:alert(1)',
      ' //evil.example',
      '/\t/evil.example',
      '/%09/evil.example\r\nset-cookie: a=b',
      '/a"><script>alert(1)</script>',
      'evil',
      '',
    ]) {
      const { status, headers } = await logIn(TOKENS.viewer, next);
      expect([status, headers.get('location')], next).to.deep.equal([303, '/']);
      const page = await (await ask('GET', `/login?next=${encodeURIComponent(next)}`)).text();
      expect(page, next).to.include('name="next" value="/"').and.not.include('evil');
    }
    const twice = await ask('GET', '/login?next=/a&next=//evil.example');
    expect(await twice.text()).to.include('name="next" value="/"');
  });

  it('cannot be used by a page of another site', async () => {
    const cookie = cookieOf(await logIn(TOKENS.operator));
    const change = (headers: Readonly<Record<string, string>>) =>
      ask(
        'POST',
        '/v1/stock/7/adjustments',
        { cookie, 'content-type': 'application/json', ...headers },
        JSON.stringify({ delta: 1, reason: 'test', idempotencyKey: 'from-a-page' }),
      );
    const { host } = new URL(room.url);
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://${host}.evil.example` },
      { origin: `http://${host}`, 'sec-fetch-site': 'cross-site' },
    ]) {
      const refused = await change(headers);
      const { code } = (await refused.json()) as { code: string };
      expect([refused.status, code], JSON.stringify(headers)).to.deep.equal([403, 'forbidden']);
    }
    expect(await room.database.rows('SELECT * FROM stock')).to.deep.equal([]);
    for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { origin: room.url }, {}]) {
      expect((await change(headers)).status, JSON.stringify(headers)).to.equal(200);
    }
  });

  it('cannot be changed or ended by a page of another site', async () => {
    const evil = { 'sec-fetch-site': 'cross-site' };
    const refused = [await logIn(TOKENS.viewer, '/', evil), await ask('POST', '/logout', evil)];
    for (const { status, headers } of refused) {
      expect([status, headers.getSetCookie()]).to.deep.equal([403, []]);
    }
  });

  it('takes a form only', async () => {
    const json = await ask('POST', '/login', { 'content-type': 'application/json' }, '{}');
    expect(json.status).to.equal(415);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await ask('POST', '/login', form, '')).status).to.equal(400);
    const long = await ask('POST', '/login', form, `token=${'x'.repeat(5000)}`);
    expect([long.status, ((await long.json()) as { code: string }).code]).to.deep.equal([
      413,
      'body-too-large',
    ]);
  });
});
