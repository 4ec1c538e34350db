import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CommandLine, commandLine, documentIn } from '../support/command-run.ts';
import { errorIn } from '../support/command-error.ts';

interface Page<Row> {
  readonly movements: readonly Row[];
  readonly holds: readonly Row[];
  readonly next: number | null;
}

describe('the stock commands', function () {
  this.timeout(60_000);
  let cli: CommandLine;
  let folder: string;
  before(async () => {
    cli = await commandLine();
    folder = mkdtempSync(join(tmpdir(), 'holdfast-stock-'));
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await cli.fresh.drop();
  });

  const written = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  it('set and adjust what is for sale, and show where the units are', async () => {
    const set = await cli.json('stock set 7 400');
    const whole = { goodsId: 7, available: 400, held: 0, sold: 0, received: 400, version: 1 };
    expect(set).to.deep.equal(whole);
    expect(await cli.json('stock get 7')).to.deep.equal(whole);
    const adjusted = await cli.json('stock adjust 7 --by -3 --reason broken');
    expect(adjusted).to.deep.equal({ ...whole, available: 397, received: 397, version: 2 });
    const { stdout } = await cli.say('stock get 7');
    expect(stdout).to.equal(
      'goods      7\navailable  397\nheld       0\nsold       0\nreceived   397\nversion    2\n',
    );
  });

  it('refuse a change that was decided on an older version', async () => {
    await cli.json('stock set 6 10');
    const late = await cli.say('stock set 6 20 --expected-version 0 --json');
    expect(late.code).to.equal(1);
    expect(errorIn(late.stderr).code).to.equal('version-conflict');
    await cli.json('stock set 6 20 --expected-version 1');
  });

  it('make the same change under one key once, and refuse the key for another', async () => {
    const change = 'stock adjust 5 --by 10 --reason delivery --key delivery-1';
    expect(await cli.json(change)).to.deep.equal(await cli.json(change));
    const other = await cli.say(`${change.replace('10', '11')} --json`);
    expect(other.code).to.equal(1);
    expect(errorIn(other.stderr).code).to.equal('idempotency-conflict');
  });

  it('refuse to take away what is not there', async () => {
    const { code, stdout, stderr } = await cli.say('stock adjust 5 --by -100 --reason x --json');
    expect(code).to.equal(1);
    expect(stdout).to.equal('');
    expect(errorIn(stderr).code).to.equal('stock-below-zero');
  });

  it('show the ledger and the holds page by page', async () => {
    await cli.json('stock set 4 10');
    for (const id of ['h1', 'h2', 'h3']) await cli.json(`order place ${id} --line 4:2`);
    const first = await cli.json<Page<Record<string, unknown>>>('stock movements 4 --limit 3');
    expect(first.movements.map(({ version }) => version)).to.deep.equal([4, 3, 2]);
    expect(first.movements[0]).to.deep.include({ kind: 'reserve', quantity: 2, orderId: 'h3' });
    expect(first.movements[0]?.['fence']).to.match(/^\d+$/);
    const rest = await cli.json<Page<Record<string, unknown>>>(
      `stock movements 4 --limit 3 --before ${first.next}`,
    );
    expect(rest.movements).to.have.length(1);
    expect(rest.movements[0]).to.include({ kind: 'restock', reason: 'set by hand', orderId: null });
    expect(rest.next).to.equal(null);
    await cli.json('order cancel h2');
    const holds = await cli.json<Page<Record<string, unknown>>>('stock holds 4');
    expect(holds.holds.map(({ orderId }) => orderId)).to.deep.equal(['h3', 'h1']);
    expect(holds.holds[0]).to.include({ quantity: 2 });
  });

  it('explain who holds the units, and refuse a count below them', async () => {
    await cli.json('stock set 77 5');
    await cli.json('order place explained --line 77:3');
    const told = await cli.json<Record<string, unknown>>('stock explain 77');
    expect(told).to.include({ goodsId: 77, available: 2, held: 3, open: 3, over: 0, next: null });
    expect((told['holds'] as object[])[0]).to.include({ orderId: 'explained', quantity: 3 });
    const { code, stderr } = await cli.say('stock count 77 2 --json');
    expect([code, errorIn(stderr).code]).to.deep.equal([1, 'stock-below-held']);
    expect(await cli.json('stock count 77 4')).to.include({ available: 1, held: 3, received: 4 });
  });

  it('answer 1 for goods that never had stock', async () => {
    const { code, stderr } = await cli.say('stock get 404 --json');
    expect(code).to.equal(1);
    expect(errorIn(stderr).code).to.equal('unknown-goods');
  });

  it('import a file, and nothing when it is asked to try only', async () => {
    const rows = Array.from({ length: 1200 }, (_, index) => `${1000 + index},${index}`);
    const path = written('good.csv', `goodsId,available\r\n${rows.join('\r\n')}\r\n\r\n`);
    const tried = await cli.json(`stock import ${path} --dry-run`);
    expect(tried).to.include({ lines: 1200, changed: 1199, unchanged: 1, dryRun: true });
    const { differences } = tried as { differences: object[] };
    expect(differences).to.have.length(100);
    expect(differences[0]).to.deep.equal({ goodsId: 1001, now: 0, becomes: 1 });
    expect((await cli.say('stock get 1001')).code).to.equal(1);
    const { code, stdout, stderr } = await cli.say(`stock import ${path} --json`);
    expect(code).to.equal(0);
    // Goods of which none are for sale need no change: they have none without it.
    expect(documentIn(stdout)).to.include({ lines: 1200, changed: 1199, unchanged: 1 });
    expect(stderr)
      .to.match(/\d+ %  500 rows\n/)
      .and.to.contain('100 %');
    expect(await cli.json('stock get 2199')).to.include({ available: 1199, version: 1 });
    const again = await cli.json(`stock import ${path}`);
    expect(again).to.include({ changed: 0, unchanged: 1200 });
  });

  it('take an import up again, and do no row twice that orders have changed since', async () => {
    await cli.json('stock set 5001 4');
    const path = written('again.csv', 'goodsId,available\n5001,4\n5002,9\n');
    const first = await cli.json(`stock import ${path}`);
    expect(first).to.include({ changed: 1, unchanged: 1, repeated: 0 });
    await cli.json('order place since --line 5001:2 --line 5002:2');
    const again = await cli.json(`stock import ${path}`);
    expect(again).to.include({ changed: 0, unchanged: 2, repeated: 2 });
    expect(await cli.json('stock get 5002')).to.include({ available: 7, held: 2, received: 9 });
    const other = await cli.json(`stock import ${path} --run second`);
    expect(other).to.include({ changed: 2, repeated: 0 });
    expect(await cli.json('stock get 5002')).to.include({ available: 9, held: 2 });
  });

  it('import what was counted, and refuse rows whose stock has changed since', async () => {
    for (const id of [6001, 6002, 6003]) await cli.json(`stock set ${id} 5`);
    await cli.json('order place counting --line 6002:3');
    const rows = ['6001,4,1', '6002,4,1', '6003,5,1'];
    const text = ['goodsId,onHand,expectedVersion', ...rows].join('\n');
    const path = written('counted.csv', text);
    const gaps = join(folder, 'gaps.csv');
    const tried = await cli.say(`stock import ${path} --dry-run --differences ${gaps} --json`);
    expect(documentIn(tried.stdout)).to.deep.include({
      refused: 1,
      differences: [{ goodsId: 6001, now: 5, becomes: 4 }],
    });
    expect(readFileSync(gaps, 'utf8')).to.equal('goodsId,now,becomes\n6001,5,4\n');
    const { code, stdout } = await cli.say(`stock import ${path} --json`);
    expect(code).to.equal(1);
    const report = documentIn(stdout) as { problems: { line: number; code: string }[] };
    expect(report).to.include({ changed: 1, unchanged: 1, refused: 1 });
    expect(report.problems[0]).to.include({ line: 3, code: 'version-conflict' });
    expect(await cli.json('stock get 6002')).to.include({ available: 2, held: 3, version: 2 });
  });

  it('export what import reads', async () => {
    const path = join(folder, 'out.csv');
    const { stock } = await cli.json<{ stock: number }>(`stock export ${path}`);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect([lines[0], lines.length]).to.deep.equal([
      'goodsId,available,expectedVersion',
      stock + 1,
    ]);
    const back = await cli.json(`stock import ${path} --dry-run`);
    expect(back).to.include({ changed: 0, unchanged: stock, refused: 0 });
  });

  it('keep a safety stock and thresholds, and explain them', async () => {
    await cli.json('stock set 88 9');
    const kept = await cli.json(
      'stock keep 88 --safety 4 --low-at 2 --back-at 5 --reason fair --actor ann',
    );
    expect(kept).to.include({ available: 9, safety: 4, forSale: 5, lowAt: 2, backAt: 5 });
    expect((await cli.say('order place greedy --line 88:6')).code).to.equal(1);
    const told = await cli.json<Record<string, unknown>>('stock explain 88');
    expect(told).to.include({ safety: 4, forSale: 5 });
    expect((told['keepings'] as object[])[0]).to.include({ actor: 'ann', reason: 'fair' });
    const { stdout } = await cli.say('stock explain 88');
    expect(stdout).to.contain('4 of 9 available are safety stock; 5 are for sale');
    const bare = await cli.json('stock keep 88 --safety 0 --no-thresholds --reason over');
    expect(bare).to.have.all.keys('goodsId', 'available', 'held', 'sold', 'received', 'version');
    const crossed = await cli.say('stock keep 88 --low-at 5 --back-at 5 --reason x --json');
    expect([crossed.code, errorIn(crossed.stderr).code]).to.deep.equal([1, 'thresholds-crossed']);
    expect((await cli.say('stock keep 88 --low-at 5 --reason x')).code).to.equal(2);
    expect((await cli.say('stock keep 88 --reason x')).code).to.equal(2);
  });

  it('import nothing of a file with bad lines, and name each', async () => {
    const bad = ['3000,5', '3001', '0,5', '3002,-1', '3003,1.5', 'x,1', '3000,6', '3004,1,2'];
    const path = written('bad.csv', bad.join('\n'));
    const { code, stderr } = await cli.say(`stock import ${path} --json`);
    expect(code).to.equal(2);
    const { code: name, message, details } = errorIn(stderr);
    expect(name).to.equal('invalid-file');
    expect(details['bad']).to.equal(7);
    expect(message).to.contain('line 3: goodsId is 0, allowed is a whole number from 1 to');
    expect(message).to.contain('line 5: available is 1.5, allowed is');
    expect(message).to.contain('line 7: goodsId 3000 is in line 1 already');
    expect((await cli.say('stock get 3000')).code).to.equal(1);
    const gone = await cli.say(`stock import ${join(folder, 'none.csv')}`);
    expect(gone.code).to.equal(2);
    expect(gone.stderr).to.match(/^holdfast: invalid-file: .*none\.csv cannot be read/);
  });
});
