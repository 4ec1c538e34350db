import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CommandLine, commandLine } from '../support/command-run.ts';

const ROWS = 4000;

interface Report {
  readonly changed: number;
  readonly unchanged: number;
  readonly repeated: number;
}

describe('an import of stock that is killed', function () {
  this.timeout(120_000);
  let cli: CommandLine;
  let folder: string;
  before(async () => {
    cli = await commandLine();
    folder = mkdtempSync(join(tmpdir(), 'holdfast-import-'));
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await cli.fresh.drop();
  });

  it('is taken up by running it again, and does no row twice', async () => {
    const path = join(folder, 'stock.csv');
    const rows = Array.from({ length: ROWS }, (_, at) => `${at + 1},5`);
    writeFileSync(path, `goodsId,available\n${rows.join('\n')}\n`);
    const killed = cli.start(['stock', 'import', path]);
    const ended = once(killed, 'exit');
    killed.stdout?.resume();
    await once(killed.stderr ?? killed, 'data'); // how far it is: the first batch is kept
    killed.kill('SIGKILL');
    const [code, signal] = (await ended) as [number | null, string | null];
    expect([code, signal]).to.deep.equal([null, 'SIGKILL']);
    await cli.json('order place between --line 1:2');
    const again = await cli.json<Report>(`stock import ${path}`);
    expect(again.repeated).to.be.at.least(500).and.below(ROWS);
    expect(again.changed + again.repeated).to.equal(ROWS);
    expect(await cli.json('stock get 1')).to.include({ available: 3, held: 2, received: 5 });
    const [sums] = await cli.fresh.database.rows<{ goods: number; received: number | string }>(
      'SELECT COUNT(*) AS goods, SUM(received) AS received FROM stock',
    );
    expect([sums?.goods, Number(sums?.received)]).to.deep.equal([ROWS, ROWS * 5]);
    expect(await cli.json('audit')).to.include({ balanced: true, movements: ROWS + 1 });
  });
});
