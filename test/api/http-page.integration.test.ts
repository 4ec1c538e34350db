import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readOrderState } from '../../src/orders/index.ts';
import { type HttpRoom, httpRoom, PAYMENT_SECRET, TOKENS } from '../support/http-room.ts';
import { missingPrograms, runBash } from '../support/run-bash.ts';

const PAGE = 'docs/reference/http.md';

describe(`the examples of ${PAGE}`, () => {
  let room: HttpRoom;
  let folder: string;

  before(async () => {
    room = await httpRoom();
    folder = await mkdtemp(join(tmpdir(), 'holdfast-page-'));
    await mkdir(join(folder, '.holdfast'));
    const running = { httpUrl: room.url, tokens: TOKENS, paymentSecret: PAYMENT_SECRET };
    await writeFile(join(folder, '.holdfast', 'run.json'), JSON.stringify(running));
  });
  after(async () => {
    await room.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it('work as they stand there, one after the other', async () => {
    const missing = await missingPrograms('bash', 'curl', 'openssl');
    if (missing.length > 0) {
      // Nothing of ours is wrong then, and nothing is proven either: whoever reads shall know.
      process.emitWarning(`NOT TESTED: ${PAGE}, because there is no ${missing.join(', no ')}`);
      return;
    }
    const page = await readFile(PAGE, 'utf8');
    const examples = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, script = '']) => script);
    expect(examples.length).to.be.greaterThan(5);
    const said = await runBash(examples.join('echo\n'), folder);
    expect(said).to.include('{"orderId":"A-1001","state":"placed"}');
    expect(said).to.match(/\{"orderId":"A-1002","state":"reserved","expiresAt":"[^"]+Z"\}/);
    expect(said).to.include('"orderId":"A-1003"').and.include('"status":201');
    expect(said).to.include('"orderId":null').and.include('"code":"invalid-input"');
    expect(said).to.include('"payment":{"paymentId":"pay-78","state":"applied"}');
    expect(said).to.include('event: queues');
    expect(await readOrderState(room.database, 'A-1002')).to.equal('paid');
    expect(said).to.not.match(/"status":(?:401|403|404|5\d\d)/);
  });

  it('stand beside every route that there is', async () => {
    const page = await readFile(PAGE, 'utf8');
    const { body } = await room.send(null, 'GET', '/openapi.json');
    for (const [path, methods] of Object.entries(body['paths'] as object)) {
      for (const method of Object.keys(methods as object)) {
        const route = `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
        expect(page, route).to.match(new RegExp(`\`${route}[?\`]`));
      }
    }
  });
});
