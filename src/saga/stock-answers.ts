import type { Balance } from '../stock/index.ts';
import type { Decision } from './decision.ts';

/** What whoever changes stock is told, besides what follows. */
export function answer(change: 'changed' | 'unchanged', balance: Balance): Decision {
  return { outcome: { goodsId: balance.goodsId, change, balance } };
}

export function refused(code: string, message: string, balance: Balance): Decision {
  return { outcome: { goodsId: balance.goodsId, change: 'refused', code, message, balance } };
}
