import { isoOf } from '../kernel/index.ts';
import type { Database, Sql } from '../mysql/index.ts';
import { type Balance, stockAfter } from '../stock/index.ts';
import { goodsDifferences, joined, type LedgerSums, NO_LEDGER, openedWith } from './audit-goods.ts';
import { brokenHolds, missingHolds } from './audit-holds-store.ts';
import { brokenOrders, rowsWithoutOrder } from './audit-orders-store.ts';
import { type AuditReport, Findings, type Units } from './audit-report.ts';
import {
  goodsWhoseFenceFalls,
  ledgerOpenings,
  type LedgerRange,
  type OrderedUnits,
  type OrderRange,
  readScope,
  sumLedger,
  sumOrdered,
  unmatchedAdjustments,
} from './audit-store.ts';

export interface AuditOptions {
  /** Differences listed at most. Default 1,000. */
  readonly differencesMax?: number;
  /** Order numbers looked at in one statement. Default 20,000. */
  readonly ordersAtOnce?: number;
  /** Movements looked at in one statement, or somewhat more. Default 200,000. */
  readonly movementsAtOnce?: number;
}

const GOODS_PAGE = 5000;

/**
 * Recomputes the books: every balance from the ledger and from the orders, every order from its
 * lines, payments and history. Looks at one moment, in parts small enough that no statement is
 * long, and disturbs nobody: it takes no lock.
 */
export async function audit(database: Database, options: AuditOptions = {}): Promise<AuditReport> {
  const { differencesMax = 1000, ordersAtOnce = 20_000, movementsAtOnce = 200_000 } = options;
  return await database.snapshot(async (sql) => {
    const findings = new Findings(differencesMax);
    const scope = await readScope(sql);
    const ordered = new Map<number, OrderedUnits>();
    for (const range of orderRanges(scope.lastSeq, ordersAtOnce)) {
      await auditOrders(sql, range, findings, ordered);
    }
    const goods = await auditGoods(sql, findings, ordered, movementsAtOnce);
    return {
      balanced: findings.differences.length === 0,
      checkedAt: isoOf(scope.now),
      goods: goods.goods,
      orders: scope.orders,
      movements: goods.movements,
      units: goods.units,
      differences: findings.differences,
      cut: findings.cut,
    };
  });
}

/** The last part has no end: rows may speak of orders that are not there. */
function orderRanges(lastSeq: number, size: number): OrderRange[] {
  const starts = Array.from({ length: Math.ceil(lastSeq / size) }, (_, part) => part * size + 1);
  return [...starts, lastSeq + 1].map((from, part) => ({
    from: part === 0 ? 0 : from,
    to: from > lastSeq ? Number.MAX_SAFE_INTEGER : Math.min(from + size - 1, lastSeq),
  }));
}

async function auditOrders(
  sql: Sql,
  range: OrderRange,
  findings: Findings,
  ordered: Map<number, OrderedUnits>,
): Promise<void> {
  for (const check of [brokenOrders, brokenHolds, missingHolds, rowsWithoutOrder]) {
    findings.add(await check(sql, range, findings.room));
  }
  for (const { goodsId, held, sold } of await sumOrdered(sql, range)) {
    const before = ordered.get(goodsId) ?? { held: 0, sold: 0 };
    ordered.set(goodsId, { goodsId, held: before.held + held, sold: before.sold + sold });
  }
}

interface GoodsTotals {
  goods: number;
  movements: number;
  units: Units;
}

async function auditGoods(
  sql: Sql,
  findings: Findings,
  ordered: Map<number, OrderedUnits>,
  movementsAtOnce: number,
): Promise<GoodsTotals> {
  const totals: GoodsTotals = {
    goods: 0,
    movements: 0,
    units: { available: 0, held: 0, sold: 0, received: 0 },
  };
  for (let after = 0; after < Number.MAX_SAFE_INTEGER; ) {
    const page = await stockAfter(sql, after, GOODS_PAGE);
    const last = page.length < GOODS_PAGE ? Number.MAX_SAFE_INTEGER : (page.at(-1)?.goodsId ?? 0);
    for (const { stock, ...goods } of goodsRanges(page, after, last, movementsAtOnce)) {
      const parts = ledgerRanges(goods, stock, movementsAtOnce);
      totals.movements += await auditGoodsRange(sql, parts, stock, findings, ordered);
    }
    totals.goods += page.length;
    totals.units = page.reduce(addedUnits, totals.units);
    after = last;
  }
  // What is left here was ordered, and has neither a stock row nor a movement.
  for (const [goodsId, units] of ordered) {
    findings.add(
      goodsDifferences({ goodsId, stock: undefined, ledger: undefined, ordered: units }),
    );
  }
  return totals;
}

function addedUnits(sum: Units, { available, held, sold, received }: Balance): Units {
  return {
    available: sum.available + available,
    held: sum.held + held,
    sold: sum.sold + sold,
    received: sum.received + received,
  };
}

interface GoodsRange {
  readonly after: number;
  readonly upTo: number;
}

/** Parts of a page with about so many movements each, going by what the rows say they have had. */
function goodsRanges(
  page: readonly Balance[],
  after: number,
  upTo: number,
  movementsAtOnce: number,
): (GoodsRange & { readonly stock: readonly Balance[] })[] {
  const ranges: (GoodsRange & { stock: Balance[] })[] = [];
  let stock: Balance[] = [];
  let movements = 0;
  let start = after;
  for (const balance of page) {
    if (stock.length > 0 && movements + balance.version > movementsAtOnce) {
      const end = balance.goodsId - 1;
      ranges.push({ after: start, upTo: end, stock });
      stock = [];
      movements = 0;
      start = end;
    }
    stock.push(balance);
    movements += balance.version;
  }
  return [...ranges, { after: start, upTo, stock }];
}

/** The ledger of one hot goods id can be long: then it is looked at in parts as well. */
function ledgerRanges(
  { after, upTo }: GoodsRange,
  stock: readonly Balance[],
  movementsAtOnce: number,
): LedgerRange[] {
  const most = Math.max(0, ...stock.map(({ version }) => version));
  const parts = Math.max(1, Math.ceil(most / movementsAtOnce));
  return Array.from({ length: parts }, (_, part) => ({
    after,
    upTo,
    fromVersion: part === 0 ? 0 : part * movementsAtOnce + 1,
    toVersion: part === parts - 1 ? Number.MAX_SAFE_INTEGER : (part + 1) * movementsAtOnce,
  }));
}

/** Answers how many movements there were. */
async function auditGoodsRange(
  sql: Sql,
  parts: readonly LedgerRange[],
  stock: readonly Balance[],
  findings: Findings,
  ordered: Map<number, OrderedUnits>,
): Promise<number> {
  const ledger = new Map<number, LedgerSums>();
  for (const opening of parts[0] ? await ledgerOpenings(sql, parts[0]) : []) {
    ledger.set(opening.goodsId, openedWith(opening));
  }
  for (const range of parts) {
    const falls = new Set(await goodsWhoseFenceFalls(sql, range));
    for (const part of await sumLedger(sql, range)) {
      const { goodsId } = part;
      ledger.set(goodsId, joined(ledger.get(goodsId) ?? NO_LEDGER, part, falls.has(goodsId)));
    }
    findings.add(await unmatchedAdjustments(sql, range, findings.room));
  }
  const rows = new Map(stock.map((balance) => [balance.goodsId, balance]));
  let movements = 0;
  for (const goodsId of new Set([...rows.keys(), ...ledger.keys()])) {
    const sums = ledger.get(goodsId);
    movements += sums?.movements ?? 0;
    const facts = { goodsId, stock: rows.get(goodsId), ledger: sums };
    findings.add(goodsDifferences({ ...facts, ordered: ordered.get(goodsId) }));
    ordered.delete(goodsId);
  }
  return movements;
}
