import { present } from '../kernel/index.ts';
import { type Sql, together } from '../mysql/index.ts';
import {
  fillStub,
  insertLines,
  insertOrders,
  insertPartRequests,
  insertSteps,
  moveOrders,
  type Order,
  type OrderChange,
  writeParts,
} from '../orders/index.ts';
import { insertNotices } from '../notices/index.ts';
import { insertPayments, movePayments } from '../payments/index.ts';
import {
  insertAdjustments,
  insertKeepings,
  insertMovements,
  writeBalances,
  writeKeepings,
} from '../stock/index.ts';
import { noticesAfter } from './notices-after.ts';
import type { World } from './world.ts';

export interface Writing {
  readonly fence: bigint | null;
  /** To be waited for between all other writes and that of the balances. */
  readonly beforeStock: (() => Promise<void>) | undefined;
}

/** Writes all that a batch decided, each table in one statement where it can be. */
export async function writeWorld(
  sql: Sql,
  world: World,
  { fence, beforeStock }: Writing,
): Promise<void> {
  const { now, orders: read } = world.facts;
  const { graceSeconds = 0 } = world.rules;
  const changed = world.changedOrders();
  const fresh = changed.filter(({ orderId }) => !read.has(orderId));
  const seqs = new Map([...read].map(([orderId, { seq }]) => [orderId, seq]));
  if (fresh.length > 0) {
    for (const [orderId, seq] of await insertOrders(sql, fresh, now, graceSeconds))
      seqs.set(orderId, seq);
  }
  const seqOf = (orderId: string) => present(seqs.get(orderId), `order ${orderId}`);
  const filled = await fillStubs(sql, world);
  // What follows is asked for in one turn and goes in one trip, in this order.
  await together([
    moveOrders(sql, changesOf(world), now, graceSeconds),
    insertLines(
      sql,
      [...fresh, ...filled].map((order) => ({ order, seq: seqOf(order.orderId) })),
    ),
    insertSteps(
      sql,
      world.steps.map((taken) => ({
        seq: seqOf(taken.orderId),
        number: taken.step,
        taken,
        via: taken.via,
      })),
      now,
    ),
    writeParts(
      sql,
      world.changedLines().map(({ orderId, line }) => ({ seq: seqOf(orderId), line })),
    ),
    insertPartRequests(
      sql,
      world.asked.map((request) => ({ ...request, seq: seqOf(request.orderId) })),
      now,
    ),
    writePayments(sql, world, seqOf),
    ...writeMovements(sql, world, fence, seqOf),
    ...(world.rules.writesNotices ? [insertNotices(sql, noticesAfter(world), now)] : []),
    ...(beforeStock ? [] : writeStock(sql, world, fence)),
  ]);
  if (!beforeStock) return;
  await beforeStock();
  await together(writeStock(sql, world, fence));
}

function writeStock(sql: Sql, world: World, fence: bigint | null): Promise<void>[] {
  // Of several changes of the same goods the last one stands.
  const kept = [...new Map(world.kept.map((change) => [change.goodsId, change])).values()];
  return [
    writeBalances(sql, world.changedBalances(), fence),
    writeKeepings(sql, kept),
    insertKeepings(sql, world.kept, world.facts.now),
  ];
}

/** Orders that were known before this batch, and what became of them. */
function changesOf(world: World): OrderChange[] {
  const { orders: read } = world.facts;
  return world.changedOrders().flatMap((after): OrderChange[] => {
    const known = read.get(after.orderId);
    return known ? [{ seq: known.seq, before: known.order, after }] : [];
  });
}

async function fillStubs(sql: Sql, world: World): Promise<readonly Order[]> {
  const filled = changesOf(world).filter(
    ({ before, after }) => before.state === 'awaited' && after.state !== 'awaited',
  );
  for (const { seq, after } of filled) await fillStub(sql, { seq, order: after }, world.facts.now);
  return filled.map(({ after }) => after);
}

async function writePayments(
  sql: Sql,
  world: World,
  seqOf: (orderId: string) => number,
): Promise<void> {
  const { payments, early, applied } = world.facts;
  const before = new Map(
    [...payments, ...early, ...applied].map((one) => [one.paymentId, one.state]),
  );
  const changed = world.changedPayments();
  await insertPayments(
    sql,
    changed
      .filter(({ paymentId }) => !before.has(paymentId))
      .map((payment) => ({ ...payment, orderSeq: seqOf(payment.orderId) })),
    world.facts.now,
  );
  await movePayments(
    sql,
    changed.flatMap((after) => {
      const from = before.get(after.paymentId);
      return from === undefined ? [] : [{ from, after }];
    }),
  );
}

function writeMovements(
  sql: Sql,
  world: World,
  fence: bigint | null,
  seqOf: (orderId: string) => number,
): Promise<void>[] {
  const { now } = world.facts;
  return [
    insertMovements(
      sql,
      world.moves.map(({ move, version }) => ({
        goodsId: move.goodsId,
        version,
        kind: move.kind,
        quantity: move.quantity,
        orderSeq: move.kind === 'restock' ? null : seqOf(move.orderId),
        hold: move.kind === 'restock' ? null : move.hold,
        part: move.kind === 'restock' ? 0 : (move.part ?? 0),
      })),
      fence,
      now,
    ),
    insertAdjustments(
      sql,
      [
        ...world.moves.flatMap(({ move, version }) =>
          move.kind === 'restock' ? [{ ...move.adjustment, version }] : [],
        ),
        ...world.unmoved.map((adjustment) => ({ ...adjustment, version: null })),
      ],
      now,
    ),
  ];
}
