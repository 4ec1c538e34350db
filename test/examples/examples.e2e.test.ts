import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { signatureOf, systemClock } from '../../src/kernel/index.ts';
import { type Said, whatItSaid } from '../support/command-run.ts';
import { type HttpRoom, httpRoom, PAYMENT_SECRET, TOKENS } from '../support/http-room.ts';
import { until } from '../support/until.ts';

const BUILT = new URL('../../', import.meta.url);
const WEBHOOK = fileURLToPath(new URL('../examples/pay-by-webhook.sh', BUILT));
const built = (path: string) => fileURLToPath(new URL(path, BUILT));

describe('the examples', function () {
  this.timeout(30_000);
  let room: HttpRoom;
  let home: string;

  beforeEach(async () => {
    room = await httpRoom();
    home = mkdtempSync(join(tmpdir(), 'holdfast-examples-'));
    const facts = { httpUrl: room.url, tokens: TOKENS, paymentSecret: PAYMENT_SECRET };
    writeFileSync(join(home, 'run.json'), JSON.stringify(facts));
  });
  afterEach(async () => {
    await room.drop();
    rmSync(home, { recursive: true, force: true });
  });

  const start = (name: string, ...args: string[]): ChildProcess => {
    const env = { ...process.env, HOLDFAST_HOME: home };
    return spawn(process.execPath, [built(`examples/${name}.js`), ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  };
  const run = async (name: string, ...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await whatItSaid(start(name, ...args));
    expect(code, stderr).to.equal(0);
    return stdout;
  };

  it('sell out a flash sale, and pay what was reserved once', async () => {
    expect(await run('payment-provider')).to.contain('no order is reserved');
    await room.restock(7, 20);
    const sold = await run('producer', '30', '7');
    expect(sold).to.contain('reserved: 20\n').and.to.contain('sold-out: 10\n');
    expect(sold).to.contain('goods 7: 0 available, 20 held, 0 sold');
    const paid = await run('payment-provider');
    expect(paid).to.contain('paid 20 orders: 200').and.to.contain('told again: the same answer');
    const { body } = await room.send('viewer', 'GET', '/v1/stock/7');
    expect(body).to.include({ available: 0, held: 0, sold: 20 });
  });

  it('say that a system must run first', async () => {
    rmSync(join(home, 'run.json'));
    const { code, stderr } = await whatItSaid(start('producer'));
    expect(code).to.equal(1);
    expect(stderr).to.contain('run npm start first');
  });

  it('receive each notice once, and only those that are signed', async () => {
    const child = start('notice-receiver', '0', 'old-secret', 'new-secret');
    const heard: string[] = [];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => heard.push(text));
    const said = () => heard.join('');
    await until(() => said().includes('listening on'), 10_000);
    const url = /http:\S+/.exec(said())?.[0] ?? '';
    const tell = async (id: string, secret: string) => {
      const body = JSON.stringify({ id, kind: 'order.paid', at: 'now', orderId: `o-${id}` });
      const signature = signatureOf([secret], body, systemClock.wallMs() / 1000);
      const headers = { 'holdfast-signature': signature };
      return (await fetch(url, { method: 'POST', body, headers })).status;
    };
    const statuses = [
      await tell('1', 'new-secret'),
      await tell('1', 'old-secret'),
      await tell('2', 'no-secret'),
      (await fetch(url, { method: 'POST', body: '{}' })).status,
    ];
    expect(statuses).to.deep.equal([204, 204, 401, 401]);
    await until(() => said().match(/refused: bad-signature/g)?.length === 2);
    expect(said().match(/order\.paid/g)).to.have.length(1);
    child.kill();
    await once(child, 'exit');
  });

  /** The tools of this machine where it has them; what it lacks is stood in for. */
  function pathWithTools(): string {
    for (const tool of ['curl', 'openssl']) {
      const file = join(home, tool);
      const standIn = built('test/examples/stand-ins/web-tools.js');
      writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" "${standIn}" ${tool} "$@"\n`);
      chmodSync(file, 0o755);
    }
    return `${process.env['PATH'] ?? ''}:${home}`;
  }
  const webhook = async (secret: string, PATH = pathWithTools()): Promise<Said> => {
    const args = [WEBHOOK, room.url, secret, 'a', 'pay-a'];
    const env = { ...process.env, PATH };
    return await whatItSaid(spawn('/bin/sh', args, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
  };

  it('pay by a webhook with curl and openssl alone', async () => {
    await room.restock(7, 1);
    await room.place('a', [{ goodsId: 7, quantity: 1 }]);
    await room.reserve('a');
    const refused = await webhook('not-the-secret');
    expect(refused.code).not.to.equal(0);
    expect(refused.stdout).to.contain('unauthorized');
    const paid = await webhook(PAYMENT_SECRET);
    expect(paid.code, paid.stderr).to.equal(0);
    const { answers } = JSON.parse(paid.stdout) as { answers: object[] };
    expect(answers[0]).to.deep.include({ orderId: 'a', state: 'paid' });
  });
});
