import type { Attempt } from '../chaos-history.ts';
import type { Dump, OrderRow, PaymentRow } from '../database-dump.ts';
import { availableAt } from './ledger-checks.ts';
import { type Broken, type Evidence, groupBy } from './verdict.ts';

/** S8, S9, S10, S11, S20: what was answered is so, what was refused left nothing, and all once. */
export function checkAnswers({ attempts, dump }: Evidence): Broken[] {
  const known = indexOf(dump);
  const byKey = groupBy(attempts, ({ f, key }) => `${f} ${key}`);
  return [...byKey.values()].flatMap((all) => [
    ...all.filter(({ ty }) => ty === 'ok').flatMap((one) => acknowledged(one, known)),
    ...refusals(all, known),
  ]);
}

interface Known {
  readonly orders: ReadonlyMap<string, OrderRow>;
  readonly payments: ReadonlyMap<string, PaymentRow>;
  readonly linesOf: ReadonlyMap<number, Dump['lines'][number][]>;
  readonly stepsOf: ReadonlyMap<number, Dump['steps'][number][]>;
  readonly adjustments: ReadonlyMap<string, Dump['adjustments'][number][]>;
  /** By goods id and version. */
  readonly available: ReadonlyMap<string, number>;
}

function indexOf(dump: Dump): Known {
  return {
    orders: new Map(dump.orders.map((order) => [order.orderId, order])),
    payments: new Map(dump.payments.map((payment) => [payment.paymentId, payment])),
    linesOf: groupBy(dump.lines, ({ seq }) => seq),
    stepsOf: groupBy(dump.steps, ({ seq }) => seq),
    adjustments: groupBy(dump.adjustments, ({ reason }) => reason),
    available: availableAt(dump.movements),
  };
}

function acknowledged(attempt: Attempt, known: Known): Broken[] {
  switch (attempt.f) {
    case 'order.place':
      return attempt.key.startsWith('batch ') ? [] : placed(attempt, known);
    case 'order.pay':
      return paid(attempt, known);
    case 'order.cancel':
      return cancelled(attempt, known);
    case 'stock.set':
    case 'stock.adjust':
      return restocked(attempt, known);
    case 'poison':
      return [{ id: 'S9', what: `${attempt.key} (${String(attempt.a['how'])}) was taken` }];
    default:
      return [];
  }
}

function placed({ key, a, r }: Attempt, known: Known): Broken[] {
  const order = known.orders.get(key);
  if (!order || order.state === 'awaited') {
    return [{ id: 'S8', what: `order ${key} was acknowledged and is not there` }];
  }
  const lines = (known.linesOf.get(order.seq) ?? []).map(({ goodsId, quantity }) => ({
    goodsId,
    quantity,
  }));
  const asked = (a['lines'] as typeof lines).toSorted((one, two) => one.goodsId - two.goodsId);
  const isSame =
    JSON.stringify(lines) === JSON.stringify(asked) &&
    order.buyerId === (a['buyerId'] ?? null) &&
    order.amount === (a['amount'] ?? null);
  if (!isSame) return [{ id: 'S20', what: `order ${key} was answered for other content` }];
  const told = r['state'] as string | undefined;
  const states = (known.stepsOf.get(order.seq) ?? []).map(({ to }) => to);
  if (told === undefined || states.includes(told)) return [];
  return [{ id: 'S8', what: `order ${key} was told to be ${told}, and never was` }];
}

function paid({ key, a, r }: Attempt, known: Known): Broken[] {
  const payment = known.payments.get(key);
  const order = known.orders.get(String(a['orderId']));
  if (!payment || payment.seq !== order?.seq) {
    return [{ id: 'S8', what: `payment ${key} was acknowledged and is not there` }];
  }
  if (payment.amount !== (a['amount'] ?? null)) {
    return [{ id: 'S20', what: `payment ${key} was acknowledged with another amount` }];
  }
  const told = (r['payment'] as { state?: string } | undefined)?.state;
  if (told === undefined || told === 'early' || told === payment.state) return [];
  return [{ id: 'S8', what: `payment ${key} was told to be ${told} and is ${payment.state}` }];
}

/** Where a cancel is answered with yes, the order can be paid only if it had ended before. */
function cancelled({ key, r }: Attempt, known: Known): Broken[] {
  const order = known.orders.get(key);
  if (!order) return [{ id: 'S8', what: `a cancel of ${key} was acknowledged and forgotten` }];
  const steps = known.stepsOf.get(order.seq) ?? [];
  const isKept = steps.some(({ event }) => event === 'cancel');
  const wasOver = steps.some(({ to }) => to === 'expired' || to === 'rejected');
  if (isKept || wasOver) return [];
  const what = `a cancel of ${key} was answered ${String(r['state'])}; it is ${order.state}`;
  return [{ id: 'S8', what }];
}

function restocked({ key, a, r }: Attempt, known: Known): Broken[] {
  const rows = known.adjustments.get(key) ?? [];
  const [row] = rows;
  if (rows.length > 1)
    return [{ id: 'S11', what: `${key} changed the stock ${rows.length} times` }];
  if (row && row.goodsId !== a['goodsId'])
    return [{ id: 'S8', what: `${key} changed other goods` }];
  if (a['delta'] !== undefined && row?.delta !== a['delta']) {
    return [{ id: 'S8', what: `${key} was acknowledged, and is ${row?.delta ?? 'not there'}` }];
  }
  // What was so already needs no row; but then it must have been so.
  const was = known.available.get(`${String(a['goodsId'])}/${String(r['version'])}`);
  const isLost = a['available'] !== undefined && was !== a['available'];
  return isLost ? [{ id: 'S8', what: `${key} was acknowledged, and never was so` }] : [];
}

/** Only where every attempt was refused is it certain that none was carried out. */
function refusals(all: readonly Attempt[], known: Known): Broken[] {
  const [first] = all;
  if (!first || !all.every(({ ty }) => ty === 'fail')) return atMostOnce(all, known);
  const { f, key } = first;
  const isThere =
    (f === 'stock.adjust' && known.adjustments.has(key)) ||
    (f === 'stock.set' && known.adjustments.has(key)) ||
    (f === 'order.place' && isPlaced(known.orders.get(key))) ||
    (f === 'poison' && (known.orders.has(key) || known.payments.has(key)));
  return isThere ? [{ id: 'S9', what: `${f} ${key} was refused (${first.e}) and done` }] : [];
}

function isPlaced(order: OrderRow | undefined): boolean {
  return order !== undefined && order.state !== 'awaited';
}

function atMostOnce(all: readonly Attempt[], known: Known): Broken[] {
  const [first] = all;
  if (first?.f !== 'stock.adjust' && first?.f !== 'stock.set') return [];
  const rows = known.adjustments.get(first.key) ?? [];
  return rows.length > 1 ? [{ id: 'S10', what: `${first.key} was done ${rows.length} times` }] : [];
}
