import { expect } from 'chai';
import { AppError } from '../../src/kernel/index.ts';
import {
  assertJobName,
  delayedTimeout,
  orderPlaced,
  paymentConfirmed,
  preDeduct,
  type QueueContract,
} from '../../src/queues/index.ts';

const refusalOf = (work: () => unknown): AppError => {
  try {
    work();
  } catch (error) {
    expect(error).to.be.instanceOf(AppError);
    return error as AppError;
  }
  throw new Error('it was taken');
};

/** The whole payload as a worker reads it: envelope first, then each entry. */
const read = <Entry>({ entries, entry }: QueueContract<Entry>, payload: unknown): Entry[] =>
  entries(payload).map(entry);

const line = { goodsId: 7, quantity: 1 };
const order = { orderId: 'o-1', lines: [line] };
const lines = (count: number) => Array.from({ length: count }, () => line);
const ID = '1 to 64 characters of A-Z a-z 0-9 . _ -';
const QUANTITY = 'a whole number from 1 to 1000000';
const GOODS = 'a whole number from 1 to 9007199254740991';
const LINES = 'a list of 1 to 100 lines { goodsId, quantity }';

describe('the payload of order-placed', () => {
  for (const [what, payload, message] of [
    ['no quantity', { ...order, lines: [{ goodsId: 7 }] }, `lines[0].quantity is nothing`],
    ['none', { ...order, lines: [{ ...line, quantity: 0 }] }, `lines[0].quantity is 0`],
    ['less', { ...order, lines: [{ ...line, quantity: -3 }] }, `lines[0].quantity is -3`],
    ['half', { ...order, lines: [{ ...line, quantity: 0.5 }] }, `lines[0].quantity is 0.5`],
    ['digits', { ...order, lines: [line, { ...line, quantity: '2' }] }, `lines[1].quantity is "2"`],
    ['huge', { ...order, lines: [{ ...line, quantity: 1e6 + 1 }] }, `lines[0].quantity is 1000001`],
    ['null', { ...order, lines: [{ ...line, quantity: null }] }, `lines[0].quantity is null`],
  ] as const) {
    it(`refuses a quantity of ${what}, and says what is allowed`, () => {
      const { message: said, code } = refusalOf(() => read(orderPlaced, payload));
      expect(said).to.equal(`${message}, allowed is ${QUANTITY}`);
      expect(code).to.equal('invalid-input');
    });
  }

  for (const [what, payload, message] of [
    ['null', null, 'the value is null, allowed is an order { orderId, lines, .. }'],
    ['text', 'order', 'the value is "order", allowed is an order { orderId, lines, .. }'],
    ['a list', [order], 'the value is [{"orderId":"o-1"'],
    ['nothing', {}, `orderId is nothing, allowed is ${ID}; lines is nothing, allowed is ${LINES}`],
    ['no lines', { ...order, lines: [] }, `lines is [], allowed is ${LINES}`],
    ['101 lines', { ...order, lines: lines(101) }, `allowed is ${LINES}`],
    ['a space in its id', { ...order, orderId: 'o 1' }, `orderId is "o 1", allowed is ${ID}`],
    ['an empty id', { ...order, orderId: '' }, `orderId is "", allowed is ${ID}`],
    ['an id of 65', { ...order, orderId: 'x'.repeat(65) }, `allowed is ${ID}`],
    ['a line break', { ...order, orderId: 'o\n' }, `orderId is "o\\n", allowed is ${ID}`],
    ['a number as id', { ...order, orderId: 17 }, `orderId is 17, allowed is ${ID}`],
    ['a buyer with spaces', { ...order, buyerId: 'a b' }, `buyerId is "a b", allowed is ${ID}`],
    ['goods 0', { ...order, lines: [{ ...line, goodsId: 0 }] }, `lines[0].goodsId is 0`],
    ['goods as text', { ...order, lines: [{ ...line, goodsId: '7' }] }, `allowed is ${GOODS}`],
    [
      'goods too large',
      { ...order, lines: [{ ...line, goodsId: 2 ** 53 }] },
      `allowed is ${GOODS}`,
    ],
    ['no hold', { ...order, holdSeconds: 0 }, 'holdSeconds is 0, allowed is a whole number of'],
    ['a cent less than none', { ...order, amount: -1 }, 'amount is -1, allowed is a whole number'],
    ['half a cent', { ...order, amount: 0.5 }, 'amount is 0.5'],
    ['a small currency', { ...order, currency: 'eur' }, 'currency is "eur", allowed is three'],
    ['the old shape', { orderId: 'o', goods: [line] }, `lines is nothing, allowed is ${LINES}`],
    [
      'the older shape',
      { orderSn: 'o', goodsInfo: [{ goodsId: 7, num: 1 }] },
      `orderId is nothing, allowed is ${ID}; lines is nothing, allowed is ${LINES}`,
    ],
    [
      'too much beside it',
      { ...order, metadata: { note: 'x'.repeat(4096) } },
      'metadata is 4107 characters of JSON, allowed is an object of up to 4096',
    ],
    [
      'what no database keeps',
      { ...order, metadata: JSON.parse(`{"a":${'['.repeat(20)}${']'.repeat(20)}}`) },
      'metadata has too many levels, allowed are 20 levels of plain JSON',
    ],
    [
      'what no stack holds',
      { ...order, metadata: JSON.parse(`{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`) },
      'metadata has too many levels',
    ],
    [
      'half a character',
      { ...order, metadata: { name: '\ud83d' } },
      'metadata has text with half a character',
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(refusalOf(() => read(orderPlaced, payload)).message).to.contain(message);
    });
  }

  it('takes lines of the same goods as they are; the order sums them', () => {
    expect(read(orderPlaced, { ...order, lines: [line, line] })[0]?.lines).to.have.length(2);
  });

  it('takes the most that is allowed', () => {
    const most = {
      orderId: 'x'.repeat(64),
      lines: lines(100).map((_, index) => ({
        goodsId: Number.MAX_SAFE_INTEGER - index,
        quantity: 1_000_000,
      })),
      buyerId: 'B.u_y-er',
      holdSeconds: 604_800,
      amount: Number.MAX_SAFE_INTEGER,
      currency: 'EUR',
      metadata: { note: 'x'.repeat(4085) },
    };
    expect(read(orderPlaced, most)).to.deep.equal([most]);
  });

  it('takes ids that are names of things in our language', () => {
    for (const orderId of ['__proto__', 'constructor', 'toString', '0', '-', '..']) {
      const payload = JSON.parse(JSON.stringify({ ...order, orderId, buyerId: orderId }));
      expect(read(orderPlaced, payload)[0]).to.include({ orderId, buyerId: orderId });
    }
  });

  it('lets unknown fields pass, and passes none of them on', () => {
    const payload = JSON.parse('{"colour":"red","__proto__":{"polluted":1}}');
    const entry = read(orderPlaced, { ...payload, ...order, lines: [{ ...line, note: 'x' }] })[0];
    expect(entry).to.deep.equal(order);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });
});

describe('an envelope', () => {
  it('carries 1 to 500, and each stands for itself', () => {
    const orders = Array.from({ length: 500 }, () => order);
    expect(read(orderPlaced, { orders })).to.have.length(500);
    const entries = orderPlaced.entries({ orders: [order, { orderId: 'bad' }] });
    expect(entries).to.have.length(2);
    expect(orderPlaced.entry(entries[0])).to.deep.equal(order);
    expect(refusalOf(() => orderPlaced.entry(entries[1])).message).to.contain('lines is nothing');
  });

  for (const [what, orders] of [
    ['none', []],
    ['501', Array.from({ length: 501 }, () => order)],
    ['no list', { 0: order }],
    ['null', null],
  ] as const) {
    it(`is refused whole with ${what} in it`, () => {
      expect(refusalOf(() => orderPlaced.entries({ orders })).message).to.match(
        /^orders is .*, allowed is a list of 1 to 500$/,
      );
    });
  }

  it('carries 1 to 1000 order ids of pre-deduct', () => {
    const ids = (count: number) => Array.from({ length: count }, (_, index) => `o-${index}`);
    expect(read(preDeduct, { orderIds: ids(1000) })).to.have.length(1000);
    for (const payload of [{ orderIds: [] }, { orderIds: ids(1001) }]) {
      expect(refusalOf(() => read(preDeduct, payload)).message).to.contain('1 to 1000 order ids');
    }
    expect(refusalOf(() => read(preDeduct, { orderId: 'o' })).message).to.contain(
      'orderIds is nothing',
    );
    expect(refusalOf(() => read(preDeduct, { orderIds: [7] })).message).to.contain(ID);
  });
});

describe('the payload of payment-confirmed', () => {
  const payment = { orderId: 'o', paymentId: 'p' };

  it('takes a moment as milliseconds or as text with its zone', () => {
    for (const [paidAt, paidAtMs] of [
      [1_795_176_000_000, 1_795_176_000_000],
      ['2026-11-20T12:00:00Z', 1_795_176_000_000],
      ['2026-11-20T13:00+01:00', 1_795_176_000_000],
      ['2026-11-20T12:00:00.123456Z', 1_795_176_000_123],
    ] as const) {
      expect(read(paymentConfirmed, { ...payment, paidAt })).to.deep.equal([
        { ...payment, paidAtMs },
      ]);
    }
  });

  for (const paidAt of ['yesterday', '2026-11-20 12:00:00', '2026-11-20T12:00:00', -1, 1.5, null]) {
    it(`refuses the moment ${JSON.stringify(paidAt)}`, () => {
      expect(refusalOf(() => read(paymentConfirmed, { ...payment, paidAt })).message).to.contain(
        'allowed is milliseconds since 1970, or a time such as 2026-11-20T12:00:00Z',
      );
    });
  }

  it('refuses a day that does not exist', () => {
    const paidAt = '2026-02-30T12:00:00Z';
    expect(refusalOf(() => read(paymentConfirmed, { ...payment, paidAt })).message).to.equal(
      `paidAt is ${paidAt}, allowed is a time that exists`,
    );
  });

  it('refuses a payment without an id', () => {
    expect(refusalOf(() => read(paymentConfirmed, { orderId: 'o' })).message).to.equal(
      `paymentId is nothing, allowed is ${ID}`,
    );
  });
});

describe('the payload of delayed-timeout', () => {
  it('is one moment', () => {
    expect(read(delayedTimeout, { dueAt: 5 })).to.deep.equal([{ dueAt: 5 }]);
    for (const payload of [null, {}, { dueAt: '5' }, { dueAt: -1 }, { dueAt: 1.5 }]) {
      expect(refusalOf(() => read(delayedTimeout, payload)).code).to.equal('invalid-input');
    }
  });
});

describe('the name of a job', () => {
  it('is that of its queue', () => {
    assertJobName('pre-deduct', 'pre-deduct');
    expect(refusalOf(() => assertJobName('pre-deduct', 'prededuct'))).to.include({
      code: 'unknown-job',
      message: 'job name is "prededuct", allowed is pre-deduct',
    });
  });
});
