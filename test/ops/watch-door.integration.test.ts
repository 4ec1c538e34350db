import { once } from 'node:events';
import { expect } from 'chai';
import { metricsReader } from '../../src/app/watch-worker.ts';
import { type Readiness, startWatchDoor, type WatchDoor } from '../../src/ops/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { commandLine } from '../support/command-run.ts';

const ok = { ok: true, ms: 1 };

describe('the door by which a worker is watched', () => {
  let door: WatchDoor;
  let ready = true;
  let mayRead = true;
  before(async () => {
    const checks = { database: ok, redis: ok, locks: ok, sweep: ok, queues: ok };
    const readiness = async (): Promise<Readiness> => ({ ready, degraded: !ready, checks });
    const metrics = async () => ({ contentType: 'text/plain; version=0.0.4', text: 'a 1\n' });
    door = await startWatchDoor({
      bind: '127.0.0.1',
      port: 0,
      ops: { readiness, metrics },
      mayRead: () => mayRead,
      logger: silentLogger,
    });
  });
  after(() => door.close());

  const get = async (path: string, method = 'GET') => {
    const answer = await fetch(`${door.url}${path}`, { method });
    return {
      status: answer.status,
      type: answer.headers.get('content-type'),
      text: await answer.text(),
    };
  };

  it('says that the process is alive without asking anybody', async () => {
    ready = false;
    expect(await get('/healthz')).to.include({ status: 200, text: '{"alive":true}' });
  });

  it('says whether the process is ready, and why not', async () => {
    ready = true;
    expect((await get('/readyz')).status).to.equal(200);
    ready = false;
    const { status, text } = await get('/readyz?verbose');
    expect([status, JSON.parse(text).degraded]).to.deep.equal([503, true]);
    expect(await get('/readyz', 'HEAD')).to.include({ status: 503, text: '' });
  });

  it('shows metrics to those who may read them', async () => {
    mayRead = true;
    const shown = { status: 200, type: 'text/plain; version=0.0.4', text: 'a 1\n' };
    expect(await get('/metrics')).to.deep.equal(shown);
    mayRead = false;
    expect((await get('/metrics')).status).to.equal(401);
  });

  it('has nothing else, and can only be read', async () => {
    expect((await get('/')).status).to.equal(404);
    expect((await get('/healthz', 'POST')).status).to.equal(405);
  });
});

describe('who may read the metrics of a worker', () => {
  const tokens = {
    producer: ['p'.repeat(16)],
    payments: [],
    viewer: ['v'.repeat(16)],
    operator: ['o'.repeat(16)],
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  it('is anybody on loopback', async () => {
    expect((await metricsReader({ bind: '127.0.0.1', tokens }))({})).to.equal(true);
  });

  it('is a viewer or an operator beyond it', async () => {
    const mayRead = await metricsReader({ bind: '0.0.0.0', tokens });
    expect(mayRead(bearer('v'.repeat(16)))).to.equal(true);
    expect(mayRead(bearer('o'.repeat(16)))).to.equal(true);
    expect(mayRead(bearer('p'.repeat(16)))).to.equal(false);
    expect(mayRead({})).to.equal(false);
    expect(mayRead({ authorization: 'Bearer ' })).to.equal(false);
    const nobody = await metricsReader({
      bind: '0.0.0.0',
      tokens: { ...tokens, viewer: [], operator: [] },
    });
    expect(nobody({})).to.equal(false);
  });
});

describe('a worker process', function () {
  this.timeout(30_000);

  it('shows its health and metrics where its settings say', async () => {
    const cli = await commandLine();
    const worker = cli.start(['worker'], {
      HOLDFAST_METRICS_PORT: '0',
      HOLDFAST_LOG_FORMAT: 'json',
      HOLDFAST_LOG_LEVEL: 'info',
    });
    try {
      const url = await new Promise<string>((resolve, reject) => {
        let log = '';
        worker.stderr?.setEncoding('utf8').on('data', (text: string) => {
          log += text;
          const found = /"url":"(http:[^"]+)"/.exec(log)?.[1];
          if (found !== undefined) resolve(found);
        });
        worker.on('exit', () => reject(new Error(log)));
      });
      const ready = await fetch(`${url}/readyz`);
      expect(ready.status).to.equal(200);
      expect(await (await fetch(`${url}/metrics`)).text()).to.match(/^holdfast_up 1$/m);
    } finally {
      worker.kill('SIGTERM');
      const [code] = (await once(worker, 'exit')) as [number | null];
      expect(code).to.equal(0);
      await cli.fresh.drop();
    }
  });
});
