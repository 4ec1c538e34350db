import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { OrderView } from '../../src/saga/index.ts';
import { type CommandLine, commandLine, documentIn } from '../support/command-run.ts';
import { errorIn } from '../support/command-error.ts';

describe('the order commands', function () {
  this.timeout(120_000);
  let cli: CommandLine;
  before(async () => {
    cli = await commandLine();
    await cli.json('stock set 7 400');
    await cli.json('stock set 8 1');
  });
  after(async () => await cli.fresh.drop());

  it('place an order, sum its lines, and answer once it is decided', async () => {
    const words = 'order place first --line 8:1 --line 7:1 --line 7:2 --hold-seconds 60';
    const placed = await cli.json<Record<string, unknown>>(words);
    expect(placed).to.include({ orderId: 'first', state: 'reserved' });
    expect(placed['expiresAt']).to.match(/^\d{4}-\d\d-\d\dT.*Z$/);
    const again = await cli.json<Record<string, unknown>>(words);
    expect(again).to.deep.equal(placed);
    const order = await cli.json<OrderView>('order show first');
    expect(order.lines).to.deep.equal([
      { goodsId: 7, quantity: 3 },
      { goodsId: 8, quantity: 1 },
    ]);
  });

  it('keep what an order says of itself', async () => {
    const args = ['order', 'place', 'told', '--line', '7:1', '--buyer', 'ann', '--amount', '2590'];
    const more = ['--currency', 'EUR', '--metadata', '{"note":"gift"}', '--json'];
    expect((await cli.run([...args, ...more])).code).to.equal(0);
    const order = await cli.json<OrderView>('order show told');
    expect(order).to.include({ buyerId: 'ann', amount: 2590, currency: 'EUR', holdSeconds: 900 });
    expect(order.metadata).to.deep.equal({ note: 'gift' });
  });

  it('extend a hold, and say why one cannot be', async () => {
    await cli.json('order place longer --line 7:1 --hold-seconds 60');
    const extended = await cli.json<Record<string, unknown>>('order extend longer 7200');
    expect(extended).to.have.all.keys('orderId', 'state', 'expiresAt');
    const order = await cli.json<OrderView>('order show longer');
    expect(order.expiresAt).to.equal(extended['expiresAt']);
    await cli.json('order cancel longer');
    const { code, stderr } = await cli.say('order extend longer 60 --json');
    expect([code, errorIn(stderr).code]).to.deep.equal([1, 'not-reserved']);
  });

  it('keep a hold for a payment that is on its way, once', async () => {
    await cli.json('order place paying --line 7:1 --hold-seconds 60');
    const before = (await cli.json<OrderView>('order show paying')).expiresAt ?? '';
    const kept = await cli.json<{ expiresAt: string }>(
      'order payment-started paying --seconds 3000',
    );
    expect(kept.expiresAt > before, `${kept.expiresAt} after ${before}`).to.equal(true);
    expect(await cli.json('order payment-started paying')).to.deep.equal(kept);
    const long = await cli.say('order payment-started paying --seconds 3601 --json');
    expect([long.code, errorIn(long.stderr).code]).to.deep.equal([2, 'invalid-input']);
    await cli.json('order cancel paying');
  });

  it('pay for a part of an order, and give the rest back', async () => {
    await cli.json('order place partly --line 7:3');
    const paid = await cli.json<OrderView>('order pay partly --payment pay-partly --line 7:2');
    expect(paid).to.deep.nested.include({
      state: 'paid',
      'payment.lines': [{ goodsId: 7, quantity: 2 }],
    });
    const { lines } = await cli.json<OrderView>('order show partly');
    expect(lines).to.deep.equal([{ goodsId: 7, quantity: 3, cancelled: 1 }]);
  });

  it('cancel and return single units, each once for its id', async () => {
    await cli.json('order place split --line 7:4');
    await cli.json('order cancel split --line 7:1 --id less');
    await cli.json('order cancel split --line 7:1 --id less');
    await cli.json('order pay split --payment pay-split');
    const words = 'order return split --id back --line 7:1 --damaged 7:1';
    expect(await cli.json(words)).to.deep.equal({ orderId: 'split', state: 'paid' });
    expect(await cli.json(words)).to.deep.equal({ orderId: 'split', state: 'paid' });
    const { lines } = await cli.json<OrderView>('order show split');
    expect(lines).to.deep.equal([{ goodsId: 7, quantity: 4, cancelled: 1, returned: 2 }]);
    expect((await cli.say('order return split --id other')).code).to.equal(2);
    const { code, stderr } = await cli.say('order return split --id more --line 7:2 --json');
    expect([code, errorIn(stderr).code]).to.deep.equal([1, 'too-many-units']);
  });

  it('work through the refunds, and keep who did each and why', async () => {
    await cli.json('order place back --line 7:1');
    await cli.json('order pay back --payment pay-back');
    await cli.json('order pay back --payment pay-twice --amount 5 --currency EUR');
    type List = { payments: { paymentId: string; reason: string }[]; next: string | null };
    const due = await cli.json<List>('payments refunds list');
    const found = due.payments.map(({ paymentId, reason }) => [paymentId, reason]);
    expect(found).to.deep.equal([['pay-twice', 'already-paid']]);
    const words = 'payments refunds done pay-twice --reason transfer --actor ann';
    const done = await cli.json<{ payment: object }>(words);
    expect(done.payment).to.include({ paymentId: 'pay-twice', state: 'refunded' });
    expect((await cli.say(words)).stdout).to.contain('as before');
    expect((await cli.json<List>('payments refunds list')).payments).to.deep.equal([]);
    expect((await cli.json<List>('payments refunds list --done')).payments).to.have.length(1);
    const { code, stderr } = await cli.say('payments refunds done pay-back --reason x --json');
    expect([code, errorIn(stderr).code]).to.deep.equal([1, 'not-refund-due']);
  });

  it('show everything that happened to an order', async () => {
    await cli.json('order place whole --line 7:1');
    await cli.json('order pay whole --payment pay-whole --amount 5 --paid-at 2026-11-20T12:00:00Z');
    const order = await cli.json<OrderView>('order show whole');
    const fields = 'orderId state lines holdSeconds placedAt expiresAt payments history';
    expect(order).to.have.all.keys(fields.split(' '));
    expect(order.state).to.equal('paid');
    expect(order.payments[0]).to.include({
      paymentId: 'pay-whole',
      state: 'applied',
      amount: 5,
      paidAt: '2026-11-20T12:00:00.000000Z',
    });
    expect(order.history.map(({ step, event, to }) => `${step} ${event} ${to}`)).to.deep.equal([
      '1 placed placed',
      '2 reserve reserved',
      '3 payment paid',
    ]);
    expect(order.history[0]).to.include({ from: null, cause: 'cli', attempt: 1 });
    const { code, stdout } = await cli.say('order show whole');
    expect(code).to.equal(0);
    expect(stdout).to.match(/^order +whole\nstate +paid\n/);
  });

  it('answer 1 and name the short lines of an order that is sold out', async () => {
    const { code, stdout, stderr } = await cli.say('order place greedy --line 7:500 --json');
    const short = [{ goodsId: 7, requested: 500, available: 390 }];
    expect(code).to.equal(1);
    expect(documentIn(stdout)).to.deep.include({ state: 'rejected', reason: 'sold-out', short });
    expect(errorIn(stderr)).to.deep.include({ code: 'sold-out' });
    expect(errorIn(stderr).details['short']).to.deep.equal(short);
    const told = await cli.say('order place nobody --line 99:1');
    expect(told.code).to.equal(1);
    expect(told.stderr).to.match(/^holdfast: unknown-goods: .*asked for 1, 0 there\n {2}next: /);
  });

  it('refuse another order under the same id', async () => {
    await cli.json('order place same --line 7:1');
    const { code, stdout, stderr } = await cli.say('order place same --line 7:2 --json');
    expect(code).to.equal(1);
    expect(stdout).to.equal('');
    expect(errorIn(stderr).code).to.equal('order-conflict');
  });

  it('leave an order to the workers when nobody waits for it', async () => {
    const placed = await cli.json('order place later --line 7:1 --no-wait');
    expect(placed).to.deep.equal({ orderId: 'later', state: 'placed' });
  });

  it('cancel, and refuse to cancel what is paid', async () => {
    await cli.json('order place fickle --line 7:1');
    const cancelled = await cli.json('order cancel fickle');
    expect(cancelled).to.deep.equal({ orderId: 'fickle', state: 'cancelled' });
    await cli.json('order place kept --line 7:1');
    await cli.json('order pay kept --payment pay-kept');
    const { code, stderr } = await cli.say('order cancel kept --json');
    expect(code).to.equal(1);
    expect(errorIn(stderr).code).to.equal('already-paid');
  });

  it('say what became of a payment, and refuse its id for another order', async () => {
    const early = await cli.json('order pay not-yet --payment pay-early');
    expect(early).to.deep.nested.include({ state: 'awaited', 'payment.state': 'early' });
    const twice = await cli.json('order pay whole --payment pay-more');
    expect(twice).to.deep.nested.include({
      state: 'paid',
      'payment.state': 'refund-due',
      'payment.reason': 'already-paid',
    });
    const { code, stderr } = await cli.say('order pay first --payment pay-more --json');
    expect(code).to.equal(1);
    expect(errorIn(stderr).code).to.equal('payment-conflict');
  });

  it('list by state, goods and beginning, page by page', async () => {
    type Page = { orders: { orderId: string; state: string }[]; next: number | null };
    const reserved = await cli.json<Page>('order list --state reserved --goods 8');
    expect(reserved.orders.map(({ orderId }) => orderId)).to.deep.equal(['first']);
    expect(reserved.next).to.equal(null);
    const buyers = await cli.json<Page>('order list --q an');
    expect(buyers.orders.map(({ orderId }) => orderId)).to.deep.equal(['told']);
    const seen: string[] = [];
    let before = '';
    for (let page = 0; page < 20; page += 1) {
      const { orders, next } = await cli.json<Page>(`order list --limit 4${before}`);
      seen.push(...orders.map(({ orderId }) => orderId));
      if (next === null) break;
      before = ` --before ${next}`;
    }
    const all = await cli.json<Page>('order list --limit 5000');
    expect(seen).to.deep.equal(all.orders.map(({ orderId }) => orderId));
    expect(seen.at(-1)).to.equal('first');
    expect((await cli.say('order list --state lost')).code).to.equal(2);
  });

  it('answer 1 for an order that nobody knows', async () => {
    const { code, stderr } = await cli.say('order show nobody-knows');
    expect(code).to.equal(1);
    expect(stderr).to.match(/^holdfast: unknown-order: there is no order nobody-knows\n {2}next: /);
  });
});

describe('an order watched', function () {
  this.timeout(30_000);
  let cli: CommandLine;
  before(async () => {
    cli = await commandLine();
    await cli.json('stock set 7 400');
  });
  after(async () => await cli.fresh.drop());

  const firstLine = async (stream: NodeJS.ReadableStream | null): Promise<string> => {
    for await (const text of stream ?? []) return String(text);
    return '';
  };

  it('is followed to its end', async () => {
    await cli.json('order place seen --line 7:1');
    const child = cli.start(['order', 'watch', 'seen', '--json']);
    const seen = new Promise((resolve) => child.stderr?.once('data', resolve));
    let stdout = '';
    child.stdout?.on('data', (text) => {
      stdout += String(text);
    });
    await seen;
    await cli.json('order pay seen --payment pay-seen');
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code).to.equal(0);
    expect(documentIn(stdout)).to.include({ orderId: 'seen', state: 'paid' });
  });

  it('is left at Ctrl-C, cleanly', async () => {
    await cli.json('order place left --line 7:1');
    const child = cli.start(['order', 'watch', 'left']);
    const ended = new Promise((resolve) => child.once('close', resolve));
    expect(await firstLine(child.stderr)).to.equal('left: reserved\n');
    child.kill('SIGINT');
    expect(await ended).to.equal(1);
  });
});

describe('orders placed from a file', function () {
  this.timeout(30_000);
  let cli: CommandLine;
  let folder: string;
  before(async () => {
    cli = await commandLine();
    await cli.json('stock set 7 2');
    folder = mkdtempSync(join(tmpdir(), 'holdfast-orders-'));
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await cli.fresh.drop();
  });

  const file = (name: string, lines: readonly unknown[]): string => {
    const path = join(folder, name);
    writeFileSync(path, lines.map((line) => JSON.stringify(line)).join('\n'));
    return path;
  };
  const line = (goodsId: unknown, quantity: unknown) => ({ goodsId, quantity });

  it('get an answer each, and make the command fail when one is rejected', async () => {
    const path = file(
      'three.ndjson',
      ['a', 'b', 'c'].map((orderId) => ({ orderId, lines: [line(7, 1)] })),
    );
    const { code, stdout } = await cli.run(['order', 'place', '--file', path, '--json']);
    const { orders } = documentIn<{ orders: { orderId: string; state: string }[] }>(stdout);
    expect(code).to.equal(1);
    expect(orders.map(({ orderId }) => orderId)).to.deep.equal(['a', 'b', 'c']);
    expect(orders.map(({ state }) => state).toSorted()).to.deep.equal([
      'rejected',
      'reserved',
      'reserved',
    ]);
  });

  it('are not placed at all when one line is bad', async () => {
    const path = file('bad.ndjson', [
      { orderId: 'good', lines: [line(7, 1)] },
      { orderId: '__proto__', lines: [line(7, '1')] },
      { orderId: 'x'.repeat(65), lines: Array.from({ length: 101 }, () => line(7, 1)) },
      { lines: [] },
    ]);
    const { code, stderr } = await cli.run(['order', 'place', '--file', path, '--json']);
    expect(code).to.equal(2);
    const { message } = errorIn(stderr);
    expect(message).to.contain('3 bad lines; nothing was done');
    expect(message).to.contain('line 2: lines[0].quantity is "1", allowed is a whole number');
    expect(message).to.match(/line 3: .*orderId is "x{65}", allowed is 1 to 64/);
    expect(message).to.match(/line 3: .*lines is .*allowed is a list of 1 to 100/);
    expect(message).to.match(/line 4: .*orderId is nothing/);
    expect((await cli.say('order show good')).code).to.equal(1);
  });
});
