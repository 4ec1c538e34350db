import { type Order, sameContent } from '../orders/index.ts';
import { otherContent, decidePlaced } from './decide-placed.ts';
import { decideReserve, movesOf } from './decide-reserve.ts';
import { type Decision, followed, outcomeOf, stepped, unchanged, type View } from './decision.ts';
import type { SellEvent } from './event.ts';

/**
 * The goods are sold the moment they are asked for: place, reserve and settle in one. Whoever asks
 * takes the money elsewhere, so the order is paid without a payment.
 */
export function decideSell(sale: SellEvent, view: View): Decision {
  const { order } = view;
  switch (order?.state) {
    case undefined:
    case 'awaited':
      return placedAndSold(sale, view);
    case 'placed':
      return sameContent(order, sale) ? reservedAndSold(order, view) : otherContent(order);
    case 'reserved':
      return sameContent(order, sale) ? settled(order) : otherContent(order);
    case 'rejected':
    case 'paid':
    case 'expired':
    case 'cancelled':
    case 'returned':
      return sameContent(order, sale) ? unchanged(order, sale.orderId) : otherContent(order);
  }
}

function placedAndSold({ orderId, lines }: SellEvent, view: View): Decision {
  const placing = decidePlaced({ orderId, lines }, view);
  // Else a cancel had come before it: then it is cancelled already, and nothing is sold.
  return placing.order?.state === 'placed'
    ? followed(placing, reservedAndSold(placing.order, view))
    : placing;
}

function reservedAndSold(order: Order, view: View): Decision {
  const reserving = decideReserve(order.orderId, { ...view, order });
  // Else the goods were not there, or a payment that had waited has paid for them.
  return reserving.order?.state === 'reserved'
    ? followed(reserving, settled(reserving.order))
    : reserving;
}

function settled(order: Order): Decision {
  const { order: next, step } = stepped(order, 'sell', { state: 'paid', due: 'never' });
  return { outcome: outcomeOf(next), order: next, steps: [step], moves: movesOf(next, 'settle') };
}
