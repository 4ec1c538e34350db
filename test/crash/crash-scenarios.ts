import type { OrderRequest } from '../../src/orders/index.ts';
import type { Play, Scenario } from './crash-scenario.ts';
import { jobsAlong } from './jobs-along-scenario.ts';
import { lockByHand } from './lock-by-hand-scenario.ts';
import { noticesDelivered } from './notices-delivered-scenario.ts';
import { restock } from './restock-scenario.ts';

const orderOf = ({ tag }: Play) => `o-${tag}`;
const paymentOf = ({ tag }: Play) => `p-${tag}`;

const QUANTITY = 2;

function placed(play: Play): OrderRequest {
  const [first, second] = play.goods;
  const lines = [first, second].map((goodsId) => ({ goodsId, quantity: QUANTITY }));
  return { orderId: orderOf(play), lines, holdSeconds: play.holdSeconds };
}

const payment = (play: Play) => ({ orderId: orderOf(play), paymentId: paymentOf(play) });

const place = (play: Play) => play.job('order-placed', placed(play));
const pay = (play: Play) => play.job('payment-confirmed', payment(play));

/** By somebody else, whole, before anything is numbered. */
async function isReserved(play: Play): Promise<void> {
  await play.rival.order(placed(play));
}

async function isExpired(play: Play): Promise<void> {
  await isReserved(play);
  await play.letTimePass(orderOf(play));
  await play.rival.doors.due(orderOf(play));
}

const PAID = 'paid: reserve settle; payments applied; told reserved paid';
const SOLD_OUT = 'rejected: -; payments -; told rejected';
const SOLD_OUT_PAID = 'rejected: -; payments refund-due; told rejected payment.refund-due';
const EXPIRED = 'expired: reserve release; payments -; told reserved expired';
const CANCELLED = 'cancelled: reserve release; payments -; told reserved cancelled';
const PAID_LATE =
  'paid: reserve release reserve settle; payments applied; told reserved expired reserved paid';
const TOO_LATE =
  'expired: reserve release; payments refund-due; told reserved expired payment.refund-due';

const ends = (story: string) => (play: Play) => ({ [orderOf(play)]: [story] });

const SCENARIOS_OF_ORDERS: readonly Scenario[] = [
  {
    name: 'reserve-pay',
    about: 'a job places an order, which is reserved at once; a job pays it',
    points: 26,
    queues: ['order-placed', 'pre-deduct', 'payment-confirmed'],
    act: async (play) => {
      await place(play);
      await pay(play);
    },
    ends: ends(PAID),
    stalledEnds: ends(SOLD_OUT_PAID),
  },
  {
    name: 'reserve-expire',
    about: 'a job places an order; its time is up; the alarm rings',
    points: 28,
    queues: ['order-placed', 'pre-deduct', 'delayed-timeout'],
    act: async (play) => {
      await place(play);
      await play.letTimePass(orderOf(play));
      await play.job('delayed-timeout', { dueAt: 1_700_000_000_000 });
    },
    ends: ends(EXPIRED),
    stalledEnds: ends(SOLD_OUT),
  },
  {
    name: 'cancel',
    about: 'a reserved order is cancelled by a call, as the HTTP door does it',
    points: 10,
    queues: [],
    prepare: isReserved,
    act: async (play) => {
      await play.advance({ kind: 'cancel', orderId: orderOf(play) });
    },
    ends: ends(CANCELLED),
  },
  {
    name: 'late-payment',
    about: 'a job pays an order that has expired: its goods are reserved again',
    points: 13,
    queues: ['payment-confirmed'],
    prepare: isExpired,
    act: pay,
    ends: ends(PAID_LATE),
    stalledEnds: ends(TOO_LATE),
  },
  {
    name: 'early-payment',
    about: 'a job pays an order that nobody has placed; then a job places it',
    points: 24,
    queues: ['payment-confirmed', 'order-placed', 'pre-deduct'],
    act: async (play) => {
      await pay(play);
      await place(play);
    },
    ends: ends(PAID),
    stalledEnds: ends(SOLD_OUT_PAID),
  },
  {
    name: 'nudge',
    about: 'a call places an order; the job that reminds of it reserves it',
    points: 20,
    queues: ['pre-deduct'],
    act: async (play) => {
      await play.advance({ kind: 'placed', order: placed(play) });
      await play.untilDecided();
    },
    ends: ends('reserved: reserve; payments -; told reserved'),
    stalledEnds: ends(SOLD_OUT),
  },
];

const SWEPT = 3;
const sweptOf = (play: Play) =>
  Array.from({ length: SWEPT }, (_, index) => `${orderOf(play)}-${index}`);

const sweepPage: Scenario = {
  name: 'sweep-page',
  about: `one page of the sweep: ${SWEPT} orders whose holds are over, and nobody else to tell`,
  points: 11,
  queues: [],
  prepare: async (play) => {
    const [goodsId] = play.goods;
    for (const orderId of sweptOf(play)) {
      await play.rival.order({ orderId, lines: [{ goodsId, quantity: 1 }] });
      await play.letTimePass(orderId);
    }
  },
  act: async (play) => {
    await play.call({ kind: 'sweep' });
  },
  ends: (play) => Object.fromEntries(sweptOf(play).map((orderId) => [orderId, [EXPIRED]])),
};

const SOLD = 'returned: reserve settle return; payments -; told reserved paid returned';

const sellReturn: Scenario = {
  name: 'sell-return',
  about: 'goods are sold at once by a call, as gRPC does it, and come back by another',
  points: 21,
  queues: [],
  act: async (play) => {
    const orderId = orderOf(play);
    await play.advance({ kind: 'sell', orderId, lines: placed(play).lines });
    await play.advance({ kind: 'return', orderId });
  },
  ends: ends(SOLD),
  stalledEnds: ends(SOLD_OUT),
};

/** Of an order that is paid already, told for another one: refused, and kept for a person. */
const refused: Scenario = {
  name: 'refused',
  about: 'a job tells of a payment that belongs to another order: a dead letter, once',
  points: 8,
  queues: ['payment-confirmed'],
  letters: 1,
  prepare: async (play) => {
    await isReserved(play);
    await play.rival.doors.pay(payment(play));
  },
  act: (play) => play.job('payment-confirmed', { ...payment(play), orderId: 'somebody-else' }),
  ends: ends(PAID),
};

export const SCENARIOS: readonly Scenario[] = [
  ...SCENARIOS_OF_ORDERS,
  sellReturn,
  refused,
  restock,
  jobsAlong,
  sweepPage,
  lockByHand,
  noticesDelivered,
];
