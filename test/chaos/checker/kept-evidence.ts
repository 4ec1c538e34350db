import type { Attempt } from '../chaos-history.ts';
import type { Dump } from '../database-dump.ts';
import type { Check, Evidence } from './verdict.ts';

/**
 * A small world in which every promise was kept: ten units of goods 1; `paid` takes two and is
 * paid, `late` holds one for two seconds and is not.
 */
export function keptEvidence(): Evidence {
  return { events: [], attempts: ATTEMPTS, dump: DUMP, unanswered: 0 };
}

const SECOND = 1_000_000;

const order = (seq: number, orderId: string, state: string, version: number) => ({
  seq,
  orderId,
  state,
  version,
  holds: 1,
  holdSeconds: 2,
  reason: null,
  cancelAsked: 0,
  earlyPayments: 0,
  buyerId: 'ann',
  amount: 500,
  currency: 'EUR',
  isDue: 0,
});

const step = (seq: number, number: number, from: string | null, event: string, to: string) => ({
  seq,
  step: number,
  event,
  from,
  to,
  cause: 'queue',
  attempt: 1,
  at: number * SECOND,
  detail: null,
});

const DUMP: Dump = {
  stock: [{ goodsId: 1, available: 8, held: 0, sold: 2, received: 10, version: 5, fence: 9 }],
  orders: [order(1, 'paid', 'paid', 3), order(2, 'late', 'expired', 3)],
  lines: [
    { seq: 1, goodsId: 1, quantity: 2 },
    { seq: 2, goodsId: 1, quantity: 1 },
  ],
  movements: [
    move(1, 'restock', 10, null, 1),
    move(2, 'reserve', 2, 1, 2),
    move(3, 'settle', 2, 1, 3),
    move(4, 'reserve', 1, 2, 4),
    move(5, 'release', 1, 2, 7),
  ],
  payments: [
    { paymentId: 'pay', seq: 1, state: 'applied', reason: null, amount: 500, currency: 'EUR' },
    {
      paymentId: 'more',
      seq: 2,
      state: 'refund-due',
      reason: 'sold-out',
      amount: 1,
      currency: null,
    },
  ],
  steps: [
    step(1, 1, null, 'placed', 'placed'),
    step(1, 2, 'placed', 'reserve', 'reserved'),
    step(1, 3, 'reserved', 'payment', 'paid'),
    step(2, 1, null, 'placed', 'placed'),
    step(2, 2, 'placed', 'reserve', 'reserved'),
    step(2, 3, 'reserved', 'due', 'expired'),
  ],
  deadLetters: [],
  adjustments: [{ key: 'in', goodsId: 1, delta: 10, reason: 'in', version: 1 }],
};

function move(
  version: number,
  kind: Dump['movements'][number]['kind'],
  quantity: number,
  seq: number | null,
  second: number,
): Dump['movements'][number] {
  const leg = kind === 'reserve' ? 'opens' : 'closes';
  return {
    goodsId: 1,
    version,
    kind,
    quantity,
    seq,
    hold: seq === null ? null : 1,
    leg: seq === null ? null : leg,
    fence: 5 + Math.min(version, 4),
    at: second * SECOND,
  };
}

export function call(f: Attempt['f'], key: string, more: Partial<Attempt> = {}): Attempt {
  const found = {
    f,
    key,
    door: 'http',
    a: {},
    began: 0,
    ended: 1,
    ty: 'ok',
    r: {},
    e: '',
  } as const;
  return { ...found, ...more };
}

const asked = (quantity: number) => ({
  lines: [{ goodsId: 1, quantity }],
  buyerId: 'ann',
  amount: 500,
});

const ATTEMPTS: readonly Attempt[] = [
  call('stock.adjust', 'in', { a: { goodsId: 1, delta: 10 }, began: 0, ended: 1 }),
  call('order.place', 'paid', { a: asked(2), began: 2, ended: 3, r: { status: 201 } }),
  call('stock.read', '1', {
    began: 4,
    ended: 5,
    r: { version: 3, available: 8, held: 0, sold: 2 },
  }),
  call('order.pay', 'pay', { a: { orderId: 'paid', amount: 500 }, began: 3, ended: 4 }),
  call('order.place', 'late', { a: asked(1), began: 6, ended: 7, r: { status: 201 } }),
  call('order.cancel', 'late', { began: 9, ended: 10, r: { state: 'expired' } }),
];

/** The same, but for some rows of one table. */
export function withRows<Table extends keyof Dump>(
  table: Table,
  change: (rows: Dump[Table]) => Dump[Table],
): Evidence {
  const kept = keptEvidence();
  return { ...kept, dump: { ...kept.dump, [table]: change(kept.dump[table]) } };
}

export function withAttempts(
  change: (attempts: readonly Attempt[]) => readonly Attempt[],
): Evidence {
  const kept = keptEvidence();
  return { ...kept, attempts: change(kept.attempts) };
}

/** Changes every row that fits. */
export function where<Row>(
  fits: (row: Row) => boolean,
  change: Partial<NoInfer<Row>>,
): (rows: readonly Row[]) => Row[] {
  return (rows) => rows.map((row) => (fits(row) ? { ...row, ...change } : row));
}

/** The names of the invariants that a check finds broken. */
export function brokenIn(check: Check, evidence: Evidence): string[] {
  return [...new Set(check(evidence).map(({ id }) => id))].toSorted();
}
