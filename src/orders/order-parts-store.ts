import type { DatabaseTime } from '../kernel/index.ts';
import { readJson, type Sql, sameRows } from '../mysql/index.ts';
import type { OrderLine } from './order.ts';
import type { Part, PartRequest, PartVerb } from './order-parts.ts';

export interface PartRequestRow extends PartRequest {
  readonly seq: number;
}

/** What was asked for before under these ids, each within its own order. */
export async function readPartRequests(
  sql: Sql,
  asked: readonly Omit<PartRequestRow, 'parts'>[],
): Promise<readonly PartRequest[]> {
  const orderIds = new Map(asked.map(({ seq, orderId }) => [seq, orderId]));
  const rows = await sql.rows<{
    seq: number;
    verb: PartVerb;
    requestId: string;
    parts: unknown;
  }>(
    `SELECT order_seq AS seq, verb, request_id AS requestId, parts FROM part_requests
     WHERE (order_seq, verb, request_id) IN (?)`,
    [asked.map(({ seq, verb, requestId }) => [seq, verb, requestId])],
  );
  return rows.map(({ seq, verb, requestId, parts }) => ({
    orderId: orderIds.get(seq) ?? '',
    verb,
    requestId,
    parts: readJson<readonly Part[]>(parts) ?? [],
  }));
}

export async function insertPartRequests(
  sql: Sql,
  requests: readonly PartRequestRow[],
  now: DatabaseTime,
): Promise<void> {
  if (requests.length === 0) return;
  await sql.write('INSERT INTO part_requests (order_seq, verb, request_id, parts, at) VALUES ?', [
    requests
      .toSorted((one, other) => one.seq - other.seq)
      .map(({ seq, verb, requestId, parts }) => [seq, verb, requestId, JSON.stringify(parts), now]),
  ]);
}

/** Writes what of each line was cancelled and what came back; the index keeps others' rows free. */
export async function writeParts(
  sql: Sql,
  changed: readonly { readonly seq: number; readonly line: OrderLine }[],
): Promise<void> {
  if (changed.length === 0) return;
  const rows = changed
    .toSorted((one, other) => one.seq - other.seq || one.line.goodsId - other.line.goodsId)
    .map(({ seq, line }) => [seq, line.goodsId, line.cancelled ?? 0, line.returned ?? 0]);
  const matched = await sql.write(
    `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
       seq BIGINT UNSIGNED PATH '$[0]', goods_id BIGINT UNSIGNED PATH '$[1]',
       cancelled INT UNSIGNED PATH '$[2]', returned INT UNSIGNED PATH '$[3]')) v
     STRAIGHT_JOIN order_lines l FORCE INDEX (PRIMARY)
       ON l.order_seq = v.seq AND l.goods_id = v.goods_id
     SET l.cancelled = v.cancelled, l.returned = v.returned`,
    [JSON.stringify(rows)],
  );
  sameRows(matched, rows.length, 'lines of which parts left');
}
