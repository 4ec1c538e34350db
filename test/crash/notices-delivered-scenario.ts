import type { Play, Scenario } from './crash-scenario.ts';

const orderOf = ({ tag }: Play) => `o-${tag}`;

async function waiting({ rival }: Play): Promise<number> {
  const [row] = await rival.app.database.rows<{ n: number }>(
    "SELECT COUNT(*) AS n FROM notices WHERE state <> 'delivered'",
  );
  return Number(row?.n);
}

/** What two commits have written is told to a receiver over HTTP, in order. */
export const noticesDelivered: Scenario = {
  name: 'notices',
  about: 'the two notices of a paid order are claimed, told over HTTP, and marked as told',
  points: 18,
  queues: [],
  delivers: true,
  prepare: async (play) => {
    const [goodsId] = play.goods;
    await play.rival.order({ orderId: orderOf(play), lines: [{ goodsId, quantity: 1 }] });
    await play.rival.doors.pay({ orderId: orderOf(play), paymentId: `p-${play.tag}` });
  },
  act: async (play) => {
    await play.call({ kind: 'deliver' });
    await play.until(async () => (await waiting(play)) === 0, 'every notice is told');
  },
  meanwhile: () => Promise.resolve(),
  verify: async (play) => {
    const own = play.receiver.told.filter(({ body }) => body['orderId'] === orderOf(play));
    const kinds = own.map(({ kind }) => kind);
    const firsts = [...new Set(kinds)].join(' ');
    if (firsts !== 'order.reserved order.paid') play.blame(`told was ${firsts || 'nothing'}`);
    if (kinds.lastIndexOf('order.reserved') > kinds.indexOf('order.paid')) {
      play.blame(`told out of order: ${kinds.join(' ')}`);
    }
    // A fault can cost one answer of each notice at most, and only that is told once more.
    const most = play.struck ? 3 : 2;
    if (kinds.length > most) play.blame(`told too often: ${kinds.join(' ')}`);
    if ((await waiting(play)) > 0) play.blame('a notice was never told');
  },
  ends: (play) => ({
    [orderOf(play)]: ['paid: reserve settle; payments applied; told reserved paid'],
  }),
};
