import { expect } from 'chai';
import { type HttpRoom, httpRoom, type TOKENS } from '../support/http-room.ts';
import { type OpsFixture, opsFixture } from '../support/ops-fixture.ts';

describe('health, metrics and the board behind the HTTP door', () => {
  let room: OpsFixture;
  let http: HttpRoom;
  before(async () => {
    room = await opsFixture();
    await room.queues.ready(3000);
    http = await httpRoom({ parts: { ops: room.ops } });
  });
  after(async () => {
    await http.drop();
    await room.close();
  });

  type Caller = keyof typeof TOKENS | null;
  const statuses = async (method: string, path: string, callers: readonly Caller[]) =>
    await Promise.all(callers.map(async (role) => (await http.send(role, method, path)).status));

  it('show health to everybody, in the form of the reference', async () => {
    const { status, body } = await http.send(null, 'GET', '/readyz');
    expect(status, JSON.stringify(body)).to.equal(200);
    expect(body).to.include({ ready: true });
    expect(body['checks']).to.have.all.keys('database', 'redis', 'locks', 'sweep', 'queues');
  });

  it('show the board to viewers and operators only, every part of it', async () => {
    const page = await http.send('viewer', 'GET', '/queues/');
    const script = /src="(static\/[^"]+)"/.exec(String(page.body['text']))?.[1];
    const parts = ['', '/', `/${script}`, '/api/queues', '/queue/pre-deduct', '/api/redis/stats'];
    for (const part of parts) {
      const callers = [null, 'producer', 'payments', 'viewer', 'operator'] as const;
      const found = await statuses('GET', `/queues${part}`, callers);
      expect(found, part).to.deep.equal([401, 403, 403, 200, 200]);
    }
  });

  it('let only operators act on the board', async () => {
    const callers = [null, 'producer', 'viewer', 'operator'] as const;
    const found = await statuses('PUT', '/queues/api/queues/pre-deduct/pause', callers);
    expect(found).to.deep.equal([401, 403, 403, 200]);
    const { body } = await http.send('viewer', 'GET', '/queues/api/queues');
    const queues = body['queues'] as { name: string; isPaused: boolean }[];
    expect(queues.filter(({ isPaused }) => isPaused).map(({ name }) => name)).to.deep.equal([
      'pre-deduct',
    ]);
    await http.send('operator', 'PUT', '/queues/api/queues/pre-deduct/resume');
  });

  it('see an audit that was asked for over HTTP', async () => {
    await http.send('viewer', 'GET', '/v1/audit');
    const { body } = await http.send(null, 'GET', '/metrics');
    expect(body['text']).to.match(/^holdfast_audit_drift 0$/m);
  });

  it('are no part of the description of the API, as far as the board goes', async () => {
    const { body } = await http.send(null, 'GET', '/openapi.json');
    const paths = Object.keys(body['paths'] as object);
    expect(paths).to.include('/readyz');
    expect(paths.filter((path) => path.startsWith('/queues'))).to.deep.equal([]);
  });
});
