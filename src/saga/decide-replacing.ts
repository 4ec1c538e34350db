import { awaitedOrder, type OrderRequest } from '../orders/index.ts';
import { type Balance, moved } from '../stock/index.ts';
import { decideAtOnce } from './decide-at-once.ts';
import { decideCancel } from './decide-cancel.ts';
import { type Decision, refused, type View } from './decision.ts';

/**
 * A buyer orders again what an unpaid order of theirs still holds: the old order is cancelled, and
 * its units may serve the new one, all at once. When the goods do not suffice even so, the old
 * order stays as it is: whoever asks for too much must not lose what they have.
 */
export function decideReplacing(request: OrderRequest, replaces: string, view: View): Decision {
  const { order: known } = view;
  // Decided already: what it replaced then is not asked again.
  if (known && known.state !== 'awaited' && known.state !== 'placed') {
    return decideAtOnce(request, view);
  }
  const refusal = refusalOf(request, replaces, view);
  if (refusal) return refusal;
  const first = cancelOf(replaces, request.orderId, view);
  const placing = decideAtOnce(request, afterwards(view, first, replaces));
  const state = placing.order?.state;
  return state === 'reserved' || state === 'paid' ? { ...placing, first } : placing;
}

function refusalOf(
  { orderId, buyerId }: OrderRequest,
  replaces: string,
  { order: known, replaced, rules }: View,
): Decision | null {
  const order = known ?? awaitedOrder(orderId, rules.holdSeconds);
  const old = replaced?.order;
  if (replaces === orderId) {
    return refused('not-replaceable', `order ${orderId} cannot replace itself`, order);
  }
  switch (old?.state) {
    case 'paid':
    case 'returned':
      return refused('already-paid', `order ${replaces} is paid and cannot be replaced`, order);
    case 'placed':
    case 'reserved':
      return old.buyerId !== null && old.buyerId === buyerId
        ? null
        : refused('not-replaceable', `order ${replaces} is not of the same buyer`, order);
    case undefined:
    case 'awaited':
    case 'rejected':
    case 'expired':
    case 'cancelled':
      return null;
  }
}

/** One that has not come yet is cancelled when it comes. */
function cancelOf(replaces: string, replacedBy: string, view: View): Decision {
  const { order, early } = view.replaced ?? { order: undefined, early: [] };
  const cancelled = decideCancel(replaces, { ...view, order, early });
  const steps = cancelled.steps?.map((step) => ({ ...step, detail: { replacedBy } })) ?? [];
  return { ...cancelled, steps };
}

/** What there is to decide on once a decision is carried out. */
function afterwards(view: View, { moves = [] }: Decision, gone: string): View {
  const balances = new Map<number, Balance>();
  const balanceOf = (goodsId: number) => balances.get(goodsId) ?? view.balanceOf(goodsId);
  for (const { goodsId, kind, quantity } of moves) {
    const balance = balanceOf(goodsId);
    if (balance) balances.set(goodsId, moved(balance, kind, quantity));
  }
  const holdsOf = (buyerId: string) =>
    view.holdsOf(buyerId).filter(({ orderId }) => orderId !== gone);
  return { ...view, balanceOf, holdsOf };
}
