import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type * as client from '../../src/client/index.ts';
import type { HistoryStep, ShortLine } from '../../src/orders/index.ts';
import type { PaymentView } from '../../src/payments/index.ts';
import type { ConfirmedPayment, PlacedOrder } from '../../src/queues/index.ts';
import type { OrderView } from '../../src/saga/index.ts';
import type { StockView } from '../../src/stock/index.ts';

/** Does not compile unless what one side sends is what the other takes. */
type Fits<Sent extends Taken, Taken> = [Sent, Taken];

type Shapes = [
  Fits<OrderView, client.OrderView>,
  Fits<StockView, client.StockView>,
  Fits<HistoryStep, client.HistoryStep>,
  Fits<PaymentView, client.PaymentView>,
  Fits<ShortLine, client.ShortLine>,
  Fits<keyof OrderView, keyof client.OrderView>,
  Fits<keyof client.OrderView, keyof OrderView>,
  Fits<keyof client.StockView, keyof StockView>,
  Fits<client.OrderState, OrderView['state']>,
  Fits<keyof client.OrderToPlace, keyof PlacedOrder>,
  Fits<keyof PlacedOrder, keyof client.OrderToPlace>,
  Fits<Omit<client.PaymentToConfirm, 'paidAt'>, Omit<ConfirmedPayment, 'paidAtMs'>>,
];

const CLIENT = new URL('../../src/client/', import.meta.url);

const STATIC = /^(?:import|export)\b[^'"=;()]*?['"]([^'"]+)['"]/gm;

/** Every file and package that is loaded at once with this one. */
function loadedWith(file: URL, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file.href)) return seen;
  seen.add(file.href);
  const source = readFileSync(file, 'utf8');
  for (const [, target = ''] of source.matchAll(STATIC)) {
    if (target.startsWith('.')) loadedWith(new URL(builtName(target), file), seen);
    else seen.add(target);
  }
  return seen;
}

/** Types are published beside the code, and name each other by their sources. */
const builtName = (target: string) => target.replace(/(?<!\.d)\.ts$/, '.d.ts');

const packagesIn = (loaded: ReadonlySet<string>) =>
  [...loaded].filter((name) => !/^(?:file|node):/.test(name)).toSorted();

describe('the client as a package', () => {
  it('is found under its own name by whoever has Holdfast', async () => {
    const name = 'holdfast/client';
    const found = (await import(name)) as typeof client;
    expect(found).to.have.keys('createClient', 'HoldfastError', 'signPayment', 'verifyNotice');
    const ours = await import('../../src/client/index.ts');
    expect(found.createClient).to.equal(ours.createClient);
  });

  it('loads no library but that of time, until it is sent to a queue', () => {
    expect(packagesIn(loadedWith(new URL('index.js', CLIENT)))).to.deep.equal(['luxon']);
    expect(packagesIn(loadedWith(new URL('queue-line.js', CLIENT)))).to.include('bullmq');
  });

  it('has types that need no types of the rooms below', () => {
    const types = [...loadedWith(new URL('index.d.ts', CLIENT))];
    expect(types).to.include(new URL('shop-words.d.ts', CLIENT).href);
    expect(types.filter((name) => !name.startsWith(CLIENT.href))).to.deep.equal([]);
  });

  it('gives and takes what the rooms below give and take', () => {
    const shapes: Shapes | null = null; // the compiler is the test
    expect(shapes).to.equal(null);
  });
});
