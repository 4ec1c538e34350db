import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import fc from 'fast-check';
import { csvCells, csvLine } from '../../src/records/csv-cells.ts';
import { readRecords } from '../../src/records/read-records.ts';
import { writeRecords } from '../../src/records/index.ts';

const cell = fc.oneof(
  fc.string({ maxLength: 12, unit: 'grapheme' }),
  fc.constantFrom('', '"', '""', ',', ' x ', 'a\nb', 'a\r\nb', '\n', '蓝牙', '💥', '=1+1'),
);
const COLUMNS = ['a', 'b', 'c'];

describe('records in a file', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-records-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('are read as the cells that were written', () => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), (cells) => {
        expect(csvCells(csvLine(cells))).to.deep.equal(cells);
      }),
      { seed: 20_261_121 },
    );
  });

  for (const format of ['csv', 'ndjson'] as const) {
    it(`are read as they were written, as ${format}, whatever stands in them`, async () => {
      const path = join(folder, `round.${format}`);
      const rows = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 20 });
      await fc.assert(
        fc.asyncProperty(rows, async (all) => {
          // A line end of two signs is read as one of one; whoever needs both writes NDJSON.
          const kept = all.map((row) =>
            row.map((one) => (format === 'csv' ? one.replaceAll(/\r\n?/g, '\n') : one)),
          );
          const records = kept.map((row) =>
            Object.fromEntries(row.map((one, at) => [COLUMNS[at], one])),
          );
          const to = new PassThrough();
          const pages = (async function* () {
            yield await Promise.resolve(records);
          })();
          const said = text(to);
          await writeRecords(pages, format, COLUMNS, to, { ends: true });
          writeFileSync(path, await said);
          const read: unknown[] = [];
          for await (const { value, problem } of readRecords(path, format, COLUMNS)) {
            expect(problem).to.equal(undefined);
            read.push(value);
          }
          const whole = (value: unknown) =>
            Object.fromEntries(
              COLUMNS.map((name) => [name, (value as Record<string, string>)[name] ?? '']),
            );
          expect(read.map(whole)).to.deep.equal(records);
        }),
        { seed: 20_261_121, numRuns: 60 },
      );
    });
  }

  it('are not guessed at where they are not CSV', () => {
    for (const line of ['a"b', '"a"b', '"a', 'a,"b" ,c']) {
      expect(csvCells(line), line).to.equal(null);
    }
    expect(csvCells(' a , "b" ')).to.equal(null);
    expect(csvCells(' a ,b ')).to.deep.equal(['a', 'b']);
  });
});
