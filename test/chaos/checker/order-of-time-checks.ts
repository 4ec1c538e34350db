import type { Attempt } from '../chaos-history.ts';
import { after } from './ledger-checks.ts';
import { type Broken, type Evidence, groupBy } from './verdict.ts';

/** Something that stands at a version of a goods id, and when it can have happened. */
interface Placed {
  readonly name: string;
  readonly version: number;
  readonly began: number;
  readonly ended: number;
  readonly isRead: boolean;
}

/**
 * S17: what ended before something else began has the lower version, and whoever reads a version
 * reads what the ledger says of it. Together: for each goods id all happens in one order that the
 * world can see.
 */
export function checkOrderOfTime(evidence: Evidence): Broken[] {
  const byGoods = groupBy(
    [...reads(evidence), ...changes(evidence), ...holds(evidence)],
    (one) => one.goodsId,
  );
  const disorder = [...byGoods].flatMap(([goodsId, all]) => outOfOrder(goodsId, all));
  return [...disorder, ...wrongReads(evidence)];
}

type OfGoods = Placed & { readonly goodsId: number };

function reads({ attempts }: Evidence): OfGoods[] {
  return attempts
    .filter(({ f, ty, r }) => f === 'stock.read' && ty === 'ok' && r['version'] !== undefined)
    .map(({ key, r, began, ended }) => ({
      goodsId: Number(key),
      name: 'a read',
      version: Number(r['version']),
      began,
      ended,
      isRead: true,
    }));
}

function changes({ attempts, dump }: Evidence): OfGoods[] {
  const all = groupBy(
    attempts.filter(({ f }) => f === 'stock.set' || f === 'stock.adjust'),
    ({ key }) => key,
  );
  return dump.adjustments.map(({ reason, goodsId, version }) => ({
    goodsId,
    version,
    name: reason,
    ...span(all.get(reason) ?? [], () => true),
    isRead: false,
  }));
}

/** A reserve that was waited for, and a settle that was told of. */
function holds({ attempts, dump }: Evidence): OfGoods[] {
  const orderOf = new Map(dump.orders.map(({ seq, orderId }) => [seq, orderId]));
  const places = groupBy(
    attempts.filter(({ f }) => f === 'order.place'),
    ({ key }) => key,
  );
  return dump.movements
    .filter(({ kind, hold }) => kind === 'reserve' && hold === 1)
    .map(({ goodsId, version, seq }) => {
      const name = orderOf.get(seq ?? 0) ?? '';
      const told = span(places.get(name) ?? [], ({ r }) => r['status'] === 201);
      return { goodsId, version, name, ...told, isRead: false };
    });
}

/** From the first moment it was asked for to the first answer that says it is done. */
function span(
  all: readonly Attempt[],
  isDone: (attempt: Attempt) => boolean,
): { began: number; ended: number } {
  const done = all.filter((one) => one.ty === 'ok' && isDone(one));
  return {
    began: Math.min(...all.map(({ began }) => began), Number.POSITIVE_INFINITY),
    ended: Math.min(...done.map(({ ended }) => ended), Number.POSITIVE_INFINITY),
  };
}

function outOfOrder(goodsId: number, all: readonly OfGoods[]): Broken[] {
  const broken: Broken[] = [];
  const ended = all.filter((one) => one.ended < Number.POSITIVE_INFINITY);
  const byEnd = ended.toSorted((one, other) => one.ended - other.ended);
  const byBegin = all
    .filter(({ began }) => began < Number.POSITIVE_INFINITY)
    .toSorted((one, other) => one.began - other.began);
  let at = 0;
  let last: OfGoods | undefined;
  for (const next of byBegin) {
    for (; at < byEnd.length; at += 1) {
      const over = byEnd[at];
      if (!over || over.ended >= next.began) break;
      if (!last || over.version > last.version) last = over;
    }
    if (!last) continue;
    const least = last.version + (next.isRead ? 0 : 1);
    if (next.version >= least) continue;
    const what = `${next.name} is at version ${next.version} of goods ${goodsId}, though ${
      last.name
    } had ended before at ${last.version}`;
    broken.push({ id: 'S17', what });
  }
  return broken;
}

function wrongReads({ attempts, dump }: Evidence): Broken[] {
  const states = new Map<string, string>();
  for (const [goodsId, moves] of groupBy(dump.movements, (move) => move.goodsId)) {
    let places = { available: 0, held: 0, sold: 0 };
    for (const move of moves) {
      places = after(places, move);
      const { available, held, sold } = places;
      states.set(`${goodsId}/${move.version}`, `${available}/${held}/${sold}`);
    }
  }
  return attempts
    .filter(({ f, ty, r }) => f === 'stock.read' && ty === 'ok' && Number(r['version']) > 0)
    .flatMap(({ key, r }) => {
      const seen = `${String(r['available'])}/${String(r['held'])}/${String(r['sold'])}`;
      const right = states.get(`${key}/${String(r['version'])}`);
      if (seen === right) return [];
      const what = `goods ${key} at ${String(r['version'])} was read as ${seen}, it is ${right}`;
      return [{ id: 'S17', what }];
    });
}
