import { type Broken, type Evidence, groupBy } from './verdict.ts';

/** S11: no effect stands there twice, and none without its cause. */
export function checkOnce({ dump }: Evidence): Broken[] {
  const broken: Broken[] = [];
  const twice = <Row>(name: string, rows: readonly Row[], keyOf: (row: Row) => string) => {
    for (const [key, found] of groupBy(rows, keyOf)) {
      if (found.length > 1)
        broken.push({ id: 'S11', what: `${name} ${key}: ${found.length} rows` });
    }
  };
  twice('order', dump.orders, ({ orderId }) => orderId);
  twice('payment', dump.payments, ({ paymentId }) => paymentId);
  twice(
    'movement',
    dump.movements.filter(({ seq }) => seq !== null),
    ({ seq, hold, leg, goodsId }) => `${seq}/${hold}/${leg}/${goodsId}`,
  );
  const reasons = new Set(dump.adjustments.map(({ goodsId, version }) => `${goodsId}/${version}`));
  for (const { kind, goodsId, version } of dump.movements) {
    if (kind === 'restock' && !reasons.delete(`${goodsId}/${version}`)) {
      broken.push({ id: 'S11', what: `goods ${goodsId}: restock ${version} has no cause` });
    }
  }
  for (const left of reasons) broken.push({ id: 'S11', what: `adjustment ${left} moved nothing` });
  const known = new Set(dump.orders.map(({ seq }) => seq));
  const stray = [...dump.lines, ...dump.steps].find(({ seq }) => !known.has(seq));
  if (stray) broken.push({ id: 'S11', what: `rows of order number ${stray.seq}, which is none` });
  return broken;
}
