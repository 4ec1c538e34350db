import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { addBrand, addCategory, linkBrand, listGoods } from '../../src/catalogue/index.ts';
import { errorIn } from '../support/command-error.ts';
import { type CommandLine, commandLine } from '../support/command-run.ts';

interface Report {
  readonly rows: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly problems: readonly { readonly line: number; readonly code: string }[];
}

const HEAD = 'goodsId,goodsSn,name,brandId,categoryId,shopPrice,currency,status';

describe('the goods commands', function () {
  this.timeout(60_000);
  let cli: CommandLine;
  let folder: string;
  before(async () => {
    cli = await commandLine();
    folder = mkdtempSync(join(tmpdir(), 'holdfast-goods-'));
    const { database } = cli.fresh;
    await addBrand(database, { name: 'Acme', logo: null });
    await addCategory(database, { name: 'Audio', parentId: null });
    await linkBrand(database, 1, 1);
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
  const line = (id: number, price = 100) =>
    `${id},SN-${id},"蓝牙, ""${id}""",1,1,${price},EUR,on-sale`;
  const counts = ({ created, changed, unchanged, refused }: Report) => [
    created,
    changed,
    unchanged,
    refused,
  ];

  it('take a file in, say what became of it, and change nothing the second time', async () => {
    const ids = Array.from({ length: 1200 }, (_, at) => at + 1);
    const path = written('goods.csv', [HEAD, ...ids.map((id) => line(id))].join('\n'));
    const dry = await cli.json<Report>(`goods import ${path} --dry-run`);
    expect(counts(dry)).to.deep.equal([1200, 0, 0, 0]);
    expect((await listGoods(cli.fresh.database, { limit: 10 })).goods).to.deep.equal([]);
    expect(counts(await cli.json<Report>(`goods import ${path}`))).to.deep.equal([1200, 0, 0, 0]);
    expect(counts(await cli.json<Report>(`goods import ${path}`))).to.deep.equal([0, 0, 1200, 0]);
    const less = written('less.csv', [HEAD, line(1, 5), line(2)].join('\n'));
    const { stdout, stderr } = await cli.say(`goods import ${less}`);
    expect(stdout).to.equal('2 lines: 0 created, 1 changed, 1 as before, 0 refused\n');
    expect(stderr).to.match(/^100 % {2}2 rows$/m);
  });

  it('refuse lines by their numbers and keep the others', async () => {
    const path = written(
      'some.csv',
      [
        HEAD,
        line(5001),
        line(5002).replace('SN-5002', 'SN-1'),
        line(5003).replace(',1,1,', ',9,1,'),
        line(5004).replace('EUR', 'euro'),
        line(5005),
      ].join('\n'),
    );
    const { code, stdout } = await cli.say(`goods import ${path} --json`);
    expect(code).to.equal(1);
    const report = JSON.parse(stdout) as Report;
    expect(counts(report)).to.deep.equal([2, 0, 0, 3]);
    expect(report.problems.map(({ line: at, code: why }) => `${at} ${why}`)).to.deep.equal([
      '3 goods-sn-taken',
      '4 brand-not-in-category',
      '5 invalid-input',
    ]);
  });

  it('write out what they take in', async () => {
    for (const format of ['csv', 'ndjson']) {
      const path = join(folder, `out.${format}`);
      const { goods } = await cli.json<{ goods: number }>(`goods export ${path}`);
      expect(goods).to.be.greaterThan(1200);
      const again = await cli.json<Report>(`goods import ${path}`);
      expect(counts(again)).to.deep.equal([0, 0, goods, 0]);
      const { stdout } = await cli.say(`goods export --format ${format}`);
      expect(stdout).to.equal(readFileSync(path, 'utf8'));
    }
  });

  it('refuse what cannot be meant', async () => {
    const wrong = async (words: string) => {
      const { code, stderr } = await cli.say(`${words} --json`);
      return `${String(code)} ${errorIn(stderr).code}`;
    };
    expect(await wrong(`goods import ${written('goods.txt', HEAD)}`)).to.equal('2 wrong-use');
    expect(await wrong('goods export')).to.equal('2 wrong-use');
    expect(await wrong(`goods export ${written('there.csv', '')}`)).to.equal('2 invalid-file');
    expect(await wrong(`goods import ${join(folder, 'none.csv')}`)).to.equal('2 invalid-file');
  });
});
