import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { isSigned, systemClock } from '../../src/kernel/index.ts';
import { readNotice, replayNotice } from '../../src/notices/index.ts';
import { createLogger } from '../../src/telemetry/index.ts';
import { DeliveryBench, SECRET } from '../support/delivery-bench.ts';
import { MemoryTerminal } from '../support/memory-terminal.ts';
import { until } from '../support/until.ts';

const DOOMED = fileURLToPath(new URL('../support/doomed-deliverer.js', import.meta.url));
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `o${index}`);

describe('the delivery of notices', function () {
  this.timeout(30_000);
  let bench: DeliveryBench;
  beforeEach(async () => {
    bench = await DeliveryBench.open();
  });
  afterEach(() => bench.close());

  it('tells what happened, signed, under an id that stays the same', async () => {
    await bench.deliver();
    bench.receiver.reply = () => (bench.receiver.told.length === 0 ? 503 : 200);
    await bench.reserve('o');
    await bench.untilDelivered(1);
    const [first, second] = bench.receiver.told;
    const [notice] = await bench.notices();
    expect(second?.body).to.deep.equal({
      id: '1',
      kind: 'order.reserved',
      at: notice?.at,
      ...notice?.facts,
    });
    expect(second?.body).to.include({ orderId: 'o', state: 'reserved' });
    expect(first?.raw.equals(second?.raw ?? Buffer.alloc(0))).to.equal(true);
    expect(second?.headers).to.include({
      'content-type': 'application/json',
      'holdfast-notice-id': '1',
      'holdfast-notice-kind': 'order.reserved',
    });
    const header = String(second?.headers['holdfast-signature']);
    const now = systemClock.wallMs() / 1000;
    expect(isSigned(header, second?.raw ?? Buffer.alloc(0), [SECRET], now)).to.equal('ok');
    expect(isSigned(header, Buffer.from('{}'), [SECRET], now)).to.equal('wrong');
    const log = (await readNotice(bench.fixture.database, 1))?.log ?? [];
    expect(log.map(({ number, status }) => [number, status])).to.deep.equal([
      [1, 503],
      [2, 200],
    ]);
  });

  it('is woken by a commit of its own process, long before its period', async () => {
    await bench.deliver({}, { periodMs: 3_600_000 });
    await bench.reserve('o');
    await bench.untilDelivered(1);
  });

  it('keeps the order of each subject while the first tries fail', async () => {
    const tries = new Map<string, number>();
    bench.receiver.reply = ({ id }) => {
      const number = (tries.get(id) ?? 0) + 1;
      tries.set(id, number);
      return number <= 3 ? 500 : 200;
    };
    await bench.deliver();
    const ids = numbered(20);
    await bench.reserve(...ids);
    await bench.pay(...ids);
    await bench.pay(...ids);
    await bench.untilDelivered(40);
    for (const id of ids) {
      const told = bench.receiver.told.filter(({ body }) => body['orderId'] === id);
      expect(told.map(({ kind }) => kind)).to.deep.equal([
        ...Array.from({ length: 4 }, () => 'order.reserved'),
        ...Array.from({ length: 4 }, () => 'order.paid'),
      ]);
    }
  });

  it('waits for a receiver that is away, and orders do not wait with it', async () => {
    await bench.receiver.goAway();
    await bench.deliver();
    const start = systemClock.monotonicMs();
    await bench.reserve(...numbered(100));
    expect(systemClock.monotonicMs() - start).to.be.lessThan(5000);
    await until(async () => (await bench.notices()).some(({ attempts }) => attempts > 2), 8000);
    expect((await bench.notices()).find(({ attempts }) => attempts > 0)).to.include({
      state: 'waiting',
      lastStatus: null,
      lastError: 'ECONNREFUSED',
    });
    await bench.receiver.comeBack();
    await bench.untilDelivered(100);
    expect(new Set(bench.receiver.inBrief()).size).to.equal(100);
  });

  it('goes on with others while one subject gets no answer', async () => {
    bench.receiver.reply = ({ body }) => (body['orderId'] === 'o0' ? 'never' : 200);
    await bench.deliver({ timeoutMs: 400, parallel: 4 });
    await bench.reserve(...numbered(40));
    await bench.untilDelivered(39);
    await until(async () => (await bench.notices()).some(({ lastError }) => lastError !== null));
    const stuck = (await bench.notices()).find(({ state }) => state === 'waiting');
    expect(stuck).to.deep.include({ subject: 'order:o0', lastError: 'no answer within 400 ms' });
  });

  it('is shared by two deliverers without telling anything twice', async () => {
    await bench.deliver();
    await bench.deliver();
    const ids = numbered(150);
    await bench.reserve(...ids);
    await bench.pay(...ids);
    await bench.untilDelivered(300, 15_000);
    expect(bench.receiver.told).to.have.length(300);
    expect(new Set(bench.receiver.told.map(({ id }) => id)).size).to.equal(300);
  });

  it('is done again by another when a deliverer is killed before the answer', async () => {
    bench.receiver.reply = () => 'never';
    await bench.reserve('o');
    const child = fork(DOOMED, [bench.fixture.url, bench.receiver.url, SECRET]);
    await until(() => bench.receiver.told.length === 1, 10_000, 'the first try');
    child.kill('SIGKILL');
    await once(child, 'exit');
    bench.receiver.reply = () => 200;
    await bench.deliver();
    await bench.untilDelivered(1);
    expect(bench.receiver.told.map(({ id }) => id)).to.deep.equal(['1', '1']);
    expect((await bench.notices())[0]).to.include({ attempts: 2 });
  });

  it('gives a notice up after days, lets the next one go, and replays it', async () => {
    bench.receiver.reply = ({ kind }) => (kind === 'order.reserved' ? 410 : 200);
    await bench.reserve('o');
    await bench.pay('o');
    await bench.fixture.database.write(
      "UPDATE notices SET give_up_at = UTC_TIMESTAMP(6) WHERE kind = 'order.reserved'",
    );
    await bench.deliver();
    await bench.untilDelivered(1);
    const [reserved] = await bench.notices();
    expect(reserved).to.include({ state: 'dead', attempts: 1, lastStatus: 410 });
    bench.receiver.reply = () => 200;
    await replayNotice(bench.fixture.database, 1);
    await bench.untilDelivered(2);
    expect(bench.receiver.inBrief()).to.deep.equal(['order.paid o', 'order.reserved o']);
  });

  it('ends, when it is stopped, after what is under way and with nothing left', async () => {
    bench.receiver.reply = () => 'never';
    const delivery = await bench.deliver({ timeoutMs: 300 });
    await bench.reserve(...numbered(20));
    await until(() => bench.receiver.told.length > 0, 5000);
    const start = systemClock.monotonicMs();
    await delivery.stop();
    expect(systemClock.monotonicMs() - start).to.be.lessThan(2000);
    const told = bench.receiver.told.length;
    const tried = (await bench.notices()).filter(({ lastError }) => lastError !== null);
    expect(tried, 'how each try ended is written').to.have.length(told);
    await bench.reserve('later');
    expect(bench.receiver.told).to.have.length(told);
    await delivery.stop();
  });

  it('follows no redirect, and reads no long answer', async () => {
    bench.receiver.reply = ({ id }) => (id === '1' ? 302 : 200);
    bench.receiver.answerHeaders = { location: bench.receiver.url };
    bench.receiver.isEndless = true;
    await bench.deliver({ timeoutMs: 60_000, backoff: { firstMs: 60_000, capMs: 60_000 } });
    await bench.reserve('o');
    await bench.reserve('p');
    await bench.untilDelivered(1);
    await until(async () => (await bench.notices())[0]?.lastStatus === 302);
    expect(bench.receiver.told).to.have.length(2);
    await until(() => bench.receiver.cutOff === 2);
  });

  it('gives the receiver its password, and nobody else', async () => {
    const terminal = new MemoryTerminal();
    const url = bench.receiver.url.replace('//', '//shop:pass%20word@').concat('?key=hidden-key');
    const logger = createLogger({ level: 'debug', format: 'json', stream: terminal.stderr });
    await bench.deliver({}, { logger, receiver: { url, secrets: [SECRET, `${SECRET}-new`] } });
    bench.receiver.reply = () => (bench.receiver.told.length === 0 ? 401 : 200);
    await bench.reserve('o');
    await bench.untilDelivered(1);
    await bench.receiver.goAway();
    await bench.reserve('p');
    await until(async () => (await bench.notices())[1]?.lastError !== null);
    const [first] = bench.receiver.told;
    const basic = Buffer.from('shop:pass word').toString('base64');
    expect(first?.headers.authorization).to.equal(`Basic ${basic}`);
    expect(first?.headers['holdfast-signature']).to.match(/^t=\d+,v1=[0-9a-f]+,v1=[0-9a-f]+$/);
    const known = JSON.stringify(await bench.notices()) + terminal.stderr.text;
    expect(known).to.contain('answered 401').and.to.contain('ECONNREFUSED');
    for (const secret of [SECRET, 'pass%20word', 'pass word', 'hidden-key', basic]) {
      expect(known).not.to.contain(secret);
    }
  });
});
