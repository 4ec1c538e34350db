import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Sample } from '../../bench/contender.ts';
import { barChart } from '../../bench/charts/bar-chart.ts';
import { figuresOf } from '../../bench/charts/figures.ts';
import type { KeptResult } from '../../bench/charts/kept-result.ts';
import { pageWith, resultTables } from '../../bench/charts/result-page.ts';

const FOLDER = new URL('../../../docs/explanation/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');

const machine = {
  cpus: 2,
  cpuModel: 'some',
  memoryGiB: 1,
  system: 'Linux',
  node: 'v20',
  database: '11',
  redis: '7',
  lockNodes: 5,
  commit: 'abc',
  loadBefore: 0,
};
const leg = {
  orders: 1000,
  jobs: 1000,
  addCommands: 1000,
  workCommands: 30,
  batches: 4,
  statements: 32,
  trips: 16,
  lockRounds: 2,
};
const resultOf = (series: Record<string, readonly Partial<Sample>[]>): KeptResult => ({
  at: '2026-01-02T03:04:05Z',
  machine,
  verdicts: [],
  counts: { placed: leg, paid: leg },
  series: Object.entries(series).map(([name, samples]) => ({
    name,
    samples: samples.map((sample) => ({ orders: 100, seconds: 1, cpu: null, ...sample })),
  })),
});

describe('the pictures of performance', () => {
  const kept = JSON.parse(read('figures/bench-result.json')) as KeptResult;

  it('are those of the kept result: npm run charts draws them again', () => {
    const figures = figuresOf(kept);
    expect(figures.size).to.be.greaterThan(3);
    for (const [name, text] of figures) expect(read(`figures/${name}`), name).to.equal(text);
  });

  it('stand beside the tables of the same result', () => {
    const page = read('performance.md');
    expect(pageWith(page, resultTables(kept))).to.equal(page);
    for (const name of figuresOf(kept).keys()) expect(page).to.contain(`(figures/${name})`);
  });

  it('draw what was measured and leave out what was not', () => {
    const figures = figuresOf(resultOf({ 'saga hot': [{ orders: 100 }, { orders: 300 }, {}] }));
    expect([...figures.keys()]).to.deep.equal(['whole-way.svg', 'way-of-an-order.svg']);
    expect(figures.get('whole-way.svg')).to.contain('>saga hot<').and.to.contain('>100<');
  });

  it('find a contender whose name says how it was set', () => {
    const figures = figuresOf(resultOf({ 'lock per order (redlock, 10 ms)': [{}] }));
    expect(figures.get('reserve-leg.svg')).to.contain('>lock per order<');
  });

  it('tell what is counted for each order and for each batch', () => {
    const way = figuresOf(resultOf({})).get('way-of-an-order.svg');
    expect(way).to.contain('>1.00 jobs<').and.to.contain('>0.03 commands<');
    expect(way).to.contain('>250 orders a batch<').and.to.contain('>0.50 rounds a batch<');
    expect(way).to.contain('>8.0 statements<').and.to.contain('>in 4.0 trips a batch<');
    expect(way).to.contain('2.00 jobs, 2.06 commands to Redis, 0.032 trips');
  });

  it('are as long as what they stand for, and keep a name from being read as markup', () => {
    const bar = (label: string, value: number) => ({
      label,
      parts: [{ value, colour: 0 as const }],
      text: '',
    });
    const chart = barChart({ title: 'a < b & c', note: '', bars: [bar('x', 50), bar('y', 100)] });
    const widths = [...chart.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => width);
    expect(Number(widths[1])).to.equal(2 * Number(widths[0]));
    expect(chart).to.contain('a &lt; b &amp; c');
  });

  it('refuse a page without its marks', () => {
    expect(() => pageWith('# a page', 'tables')).to.throw('measured: begin');
    const page = 'a <!-- measured: begin -->old<!-- measured: end --> b';
    const once = pageWith(page, 'new');
    expect(once).to.contain('new').and.not.to.contain('old');
    expect(pageWith(once, 'new')).to.equal(once);
  });
});
