import { expect } from 'chai';
import { Redis } from 'ioredis';
import { FaultProxy } from '../support/fault-proxy.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { redisRequests } from '../support/redis-requests.ts';
import { until } from '../support/until.ts';

/** As the lock scripts answer: the time first, in microseconds. */
const TELL_TIME = "local t = redis.call('TIME') return {t[1] * 1000000 + t[2], 0}";

describe('the proxy that spoils a line', () => {
  let nodes: RedisNodes;
  let proxy: FaultProxy;
  let clients: Redis[];

  before(async () => {
    nodes = await startRedisNodes(1);
  });
  beforeEach(async () => {
    proxy = new FaultProxy(nodes.at(0), 2);
    await proxy.listen();
    clients = [0, 1].map((door) => new Redis(proxy.urlOf(door), { maxRetriesPerRequest: null }));
    for (const client of clients) client.on('error', () => undefined);
  });
  afterEach(async () => {
    for (const client of clients) client.disconnect();
    await proxy.close();
    await nodes.flush();
  });
  after(() => nodes.stop());

  const through = (door = 0) => {
    const client = clients[door];
    if (!client) throw new Error(`there is no client ${door}`);
    return client;
  };
  const direct = () => nodes.at(0).client;
  /** By how much the node's time, as it is told, is ahead of the one that it has. */
  const aheadMs = async () => {
    const [told] = (await through().eval(TELL_TIME, 0)) as [number];
    const [seconds = 0, micros = 0] = await direct().time();
    return told / 1000 - (seconds * 1000 + micros / 1000);
  };

  it('tells the time as it is, and leaves keys alone, until a clock jumps', async () => {
    await direct().set('k', '1', 'PX', 5000);
    expect(await aheadMs()).to.be.within(-50, 0);
    expect(await through().pttl('k')).to.be.within(4500, 5000);
  });

  it('makes a jump forward end keys early, and only those that were there', async () => {
    await direct().set('short', '1', 'PX', 1000);
    await direct().set('long', '1', 'PX', 5000);
    await direct().set('for ever', '1');
    await proxy.jump(2000);
    await through().set('later', '1', 'PX', 1000);
    expect(await direct().exists('short')).to.equal(0);
    expect(await direct().pttl('long')).to.be.within(2500, 3000);
    expect(await direct().pttl('for ever')).to.equal(-1);
    expect(await direct().pttl('later')).to.be.within(500, 1000);
    expect(await aheadMs()).to.be.within(1950, 2000);
  });

  it('makes a jump back keep keys for longer', async () => {
    await direct().set('k', '1', 'PX', 1000);
    await proxy.jump(-2000);
    expect(await direct().pttl('k')).to.be.within(2500, 3000);
    expect(await aheadMs()).to.be.within(-2050, -2000);
  });

  for (const rate of [3, 0.5]) {
    it(`lets a key live by a clock of ${rate} times the speed`, async () => {
      await direct().set('old', '1', 'PX', 2000);
      const started = performance.now();
      const drifting = proxy.drift(rate, 300);
      await through().set('new', '1', 'PX', 2000);
      await drifting;
      const ahead = await aheadMs();
      const passed = performance.now() - started;
      expect(ahead / (rate - 1)).to.be.within(250, passed + 50);
      for (const key of ['old', 'new']) {
        const lived = 2000 - (await direct().pttl(key));
        expect(lived - ahead, key).to.be.within(250, performance.now() - started + 20);
      }
    });
  }

  it('lets the answers to one client lag, in their order, and to no other', async () => {
    const order: string[] = [];
    await Promise.all([through(0).ping(), through(1).ping()]);
    proxy.lag(0, 100);
    const started = performance.now();
    const late = through(0)
      .ping()
      .then(() => order.push('late'));
    await through(1)
      .ping()
      .then(() => order.push('other'));
    proxy.lag(0, 0);
    const next = through(0)
      .ping()
      .then(() => order.push('next'));
    await Promise.all([late, next]);
    expect(order).to.deep.equal(['other', 'late', 'next']);
    expect(performance.now() - started).to.be.above(95);
  });

  it('hides the node from one client that is deaf or dark, and shows it again', async () => {
    await Promise.all([through(0).ping(), through(1).ping()]);
    proxy.goDeaf(0);
    const lost = through(0).set('k', 'lost');
    lost.catch(() => undefined); // answered on the next line, or never
    await through(1).ping();
    expect(await direct().exists('k')).to.equal(0);
    proxy.goDark(0);
    proxy.goLight(0);
    await until(async () => (await through(0).ping()) === 'PONG');
  });

  it('names the locks that are asked for by what has been stuck for long', async () => {
    const ask = (owner: string) => {
      const args = [owner, 1000, 1, 'w', '', '', ''];
      return through().eval('return 1', 2, 'x', 'y', ...args);
    };
    await through().ping();
    proxy.stick();
    const first = ask('me');
    await until(() => proxy.stuck);
    expect(proxy.stuckFor(5000)).to.deep.equal([]);
    proxy.deliver();
    await first;
    proxy.stick();
    const second = ask('me too');
    await until(() => proxy.stuck);
    expect(proxy.stuckFor(-1)).to.deep.equal([{ keys: ['x', 'y'], owner: 'me too' }]);
    proxy.deliver();
    await second;
  });

  it('reads requests as Redis does', () => {
    const text = '*1\r\n$4\r\nPING\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n*2\r\n$3\r\nGET';
    expect(redisRequests(text)).to.deep.equal([['PING'], ['SET', 'k', '']]);
  });
});
