import { type Broken, type Evidence, groupBy } from './verdict.ts';

/** S10: whoever reads an order after it was acknowledged sees it, in a state it really had. */
export function checkReads({ attempts, dump }: Evidence): Broken[] {
  const broken: Broken[] = [];
  const seqOf = new Map(dump.orders.map(({ orderId, seq }) => [orderId, seq]));
  const stepsOf = groupBy(dump.steps, ({ seq }) => seq);
  const byOrder = groupBy(
    attempts.filter(({ f }) => f === 'order.place' || f === 'order.read'),
    ({ key }) => key,
  );
  for (const [orderId, all] of byOrder) {
    const answered = Math.min(
      ...all.filter(({ f, ty }) => f === 'order.place' && ty === 'ok').map(({ ended }) => ended),
      Number.POSITIVE_INFINITY,
    );
    const states = new Set((stepsOf.get(seqOf.get(orderId) ?? 0) ?? []).map(({ to }) => to));
    for (const { f, ty, e, r, began } of all) {
      if (f !== 'order.read') continue;
      if (ty === 'fail' && began > answered) {
        broken.push({ id: 'S10', what: `${orderId} was acknowledged, and then read as ${e}` });
      }
      if (ty === 'ok' && !states.has(String(r['state']))) {
        broken.push({ id: 'S10', what: `${orderId} was read as ${String(r['state'])}` });
      }
    }
  }
  return broken;
}
