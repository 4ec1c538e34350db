import type { DatabaseTime } from '../kernel/index.ts';
import type { MovementKind } from './balance.ts';

/** One change of stock that was decided, before it has its place in the ledger. */
export type Move = OrderMove | RestockMove;

export interface OrderMove {
  readonly kind: Exclude<MovementKind, 'restock'>;
  readonly goodsId: number;
  readonly quantity: number;
  readonly orderId: string;
  /** Which of the order's holds: 1 for the first, 2 after it was reserved again. */
  readonly hold: number;
  /** The step of the order that moved a part of it; left out for all that is left. */
  readonly part?: number;
}

export interface RestockMove {
  readonly kind: 'restock';
  readonly goodsId: number;
  /** Negative when units are found missing. */
  readonly quantity: number;
  readonly adjustment: Adjustment;
}

export interface Adjustment {
  readonly idempotencyKey: string;
  readonly goodsId: number;
  readonly delta: number;
  readonly reason: string;
}

/** A move as the ledger keeps it. */
export interface Movement {
  readonly goodsId: number;
  readonly version: number;
  readonly kind: MovementKind;
  readonly quantity: number;
  readonly orderId: string | null;
  readonly hold: number | null;
  /** The lock number it was written under; null when it was written under row locks alone. */
  readonly fence: string | null;
  readonly reason: string | null;
  readonly at: DatabaseTime;
}

/** Which end of a hold a move is; each end exists once. */
export function legOf(kind: MovementKind): 'opens' | 'closes' | 'returns' | null {
  if (kind === 'restock') return null;
  if (kind === 'reserve') return 'opens';
  return kind === 'return' ? 'returns' : 'closes';
}
