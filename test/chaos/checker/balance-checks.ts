import { type Broken, type Evidence, groupBy, sumOf } from './verdict.ts';

/** S1 to S4: every unit is in one place, and the orders say the same as the stock. */
export function checkBalances({ dump, events }: Evidence): Broken[] {
  const broken: Broken[] = [];
  const say = (id: string, what: string) => void broken.push({ id, what });
  const orderOf = new Map(dump.orders.map((order) => [order.seq, order]));
  const linesOf = groupBy(dump.lines, ({ goodsId }) => goodsId);
  const restocks = groupBy(
    dump.movements.filter(({ kind }) => kind === 'restock'),
    ({ goodsId }) => goodsId,
  );
  for (const { goodsId, available, held, sold, received } of dump.stock) {
    const name = `goods ${goodsId}`;
    const came = sumOf(restocks.get(goodsId) ?? [], ({ quantity }) => quantity);
    if (available + held + sold !== received || received !== came) {
      say('S1', `${name}: ${available} + ${held} + ${sold}, ${received} received, ${came} came`);
    }
    if (Math.min(available, held, sold) < 0) say('S2', `${name} has less than nothing somewhere`);
    const unitsIn = (...states: readonly string[]) =>
      sumOf(linesOf.get(goodsId) ?? [], ({ seq, quantity }) =>
        states.includes(orderOf.get(seq)?.state ?? '') ? quantity : 0,
      );
    const asked = unitsIn('reserved');
    if (asked !== held) say('S3', `${name}: ${held} held, reserved orders hold ${asked}`);
    const took = unitsIn('paid');
    if (took !== sold) say('S4', `${name}: ${sold} sold, paid orders took ${took}`);
  }
  for (const event of events) {
    if (event.ty === 'snapshot') for (const what of event.wrong) say('S1', `meanwhile: ${what}`);
  }
  return broken;
}
