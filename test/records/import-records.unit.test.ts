import { mkdtempSync, openSync, closeSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AppError, codeOf } from '../../src/kernel/index.ts';
import { type ImportPlan, type ImportVerdict, importRecords } from '../../src/records/index.ts';

interface Row {
  readonly id: string;
  readonly name: string;
}

const check = (value: unknown): Row => {
  const { id, name } = value as Partial<Row>;
  if (id === undefined || name === undefined)
    throw new AppError('invalid-input', 'a field is not there');
  return { id, name };
};

describe('the import of a file', function () {
  this.timeout(60_000);
  let folder: string;
  let batches: (readonly Row[])[];
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-import-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(() => {
    batches = [];
  });

  const written = (name: string, content: string | Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const run = (path: string, more: Partial<ImportPlan<Row>> = {}) =>
    importRecords<Row>({
      path,
      format: path.endsWith('.csv') ? 'csv' : 'ndjson',
      columns: ['id', 'name'],
      check,
      keyOf: ({ id }) => id,
      keep: async (rows) => {
        batches.push(rows);
        return await Promise.resolve(rows.map((): ImportVerdict => 'created'));
      },
      onProgress: () => undefined,
      ...more,
    });

  it('refuses lines one by one, by their numbers', async () => {
    const path = written(
      'bad.csv',
      '\uFEFFid,name\r\n1,one\r\n2\r\n\r\n"3","three\nlines\nlong"\r\n4,"x"y\r\n,nobody\r\n5,five',
    );
    const keep = async (rows: readonly Row[]) =>
      await Promise.resolve(
        rows.map(({ id }) =>
          id === '5' ? new AppError('name-taken', 'taken') : ('changed' as const),
        ),
      );
    const report = await run(path, { keep });
    expect(report).to.deep.include({ rows: 6, created: 0, changed: 2, refused: 4 });
    expect(report.problems.map(({ line, code }) => `${line} ${code}`)).to.deep.equal([
      '3 invalid-input',
      '8 invalid-input',
      '9 invalid-input',
      '10 name-taken',
    ]);
  });

  it('keeps rows of one key in their order, never together', async () => {
    const path = written(
      'twice.ndjson',
      '{"id":"1","name":"a"}\n{"id":"1","name":"b"}\nnot json\n',
    );
    const report = await run(path);
    expect(batches.map((rows) => rows.map(({ name }) => name))).to.deep.equal([['a'], ['b']]);
    expect(report).to.deep.include({ rows: 3, created: 2, refused: 1 });
  });

  it('refuses a file that cannot be meant', async () => {
    const refusal = async (path: string) =>
      await run(path).then(
        () => 'done',
        (error) => `${codeOf(error)}: ${(error as Error).message}`,
      );
    expect(await refusal(join(folder, 'none.csv'))).to.match(/^invalid-file: .*none\.csv/);
    expect(await refusal(written('head.csv', 'id,nmae\n1,x\n'))).to.match(
      /must name the columns id,name/,
    );
    expect(await refusal(written('twice.csv', 'id,name,id\n1,x,2\n'))).to.match(/each once/);
    const gbk = Buffer.concat([Buffer.from('id,name\n1,'), Buffer.from([0xc0, 0xb6, 0x0a])]);
    expect(await refusal(written('gbk.csv', gbk))).to.match(/not UTF-8/);
    expect(await refusal(written('long.ndjson', 'x'.repeat(1_200_000)))).to.match(
      /longer than 1 MiB/,
    );
  });

  it('reads no further than a batch ahead, and remembers none', async () => {
    const path = join(folder, 'large.csv');
    const file = openSync(path, 'w');
    writeSync(file, 'id,name\n');
    const ROWS = 200_000;
    for (let at = 0; at < ROWS; at += 1000) {
      const lines = Array.from({ length: 1000 }, (_, i) => `${at + i},${'x'.repeat(150)}\n`);
      writeSync(file, lines.join(''));
    }
    closeSync(file);
    const shares: number[] = [];
    let most = 0;
    const before = process.memoryUsage().rss;
    const report = await run(path, {
      keep: async (rows) => {
        most = Math.max(most, process.memoryUsage().rss - before);
        return await Promise.resolve(rows.map((): ImportVerdict => 'unchanged'));
      },
      onProgress: ({ share }) => shares.push(share),
    });
    expect(report.rows).to.equal(ROWS);
    expect(shares).to.deep.equal(shares.toSorted((one, other) => one - other));
    expect(shares.at(-1)).to.equal(1);
    expect(most / 1024 / 1024, 'MiB more than before, of a file of 31').to.be.lessThan(150);
  });
});
