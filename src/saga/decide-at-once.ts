import type { OrderRequest } from '../orders/index.ts';
import { decidePlaced } from './decide-placed.ts';
import { decideReserve } from './decide-reserve.ts';
import { type Decision, followed, type View } from './decision.ts';

/** Places an order and reserves its goods: two steps of its history, one transaction. */
export function decideAtOnce(request: OrderRequest, view: View): Decision {
  const placing = decidePlaced(request, view);
  const order = placing.order ?? view.order;
  // Else it was cancelled before it came, is decided already, or is another order.
  return order?.state === 'placed' && placing.outcome.change !== 'refused'
    ? followed(placing, decideReserve(request.orderId, { ...view, order }))
    : placing;
}
