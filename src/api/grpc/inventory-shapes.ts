import { Type } from 'typebox';
import type { Line } from '../../orders/index.ts';
import {
  availableField,
  checkedBy,
  goodsIdField,
  orderIdField,
  quantityField,
} from '../../shapes/index.ts';

/** The messages of proto/inventory.proto, held to the same rules as at every other door. */
const checkGoods = checkedBy(Type.Object({ goodsId: goodsIdField }));
const checkStock = checkedBy(Type.Object({ goodsId: goodsIdField, num: availableField }));
const checkReturn = checkedBy(Type.Object({ orderSn: orderIdField }));
const checkSale = checkedBy(
  Type.Object({
    orderSn: orderIdField,
    goodsInfo: Type.Array(Type.Object({ goodsId: goodsIdField, num: quantityField }), {
      minItems: 1,
      maxItems: 100,
      description: 'a list of 1 to 100 lines { goodsId, num }',
    }),
  }),
);

export function goodsAsked(request: unknown): number {
  return checkGoods(request).goodsId;
}

export function stockToSet(request: unknown): { goodsId: number; available: number } {
  const { goodsId, num } = checkStock(request);
  return { goodsId, available: num };
}

/** What else such a request holds is not looked at: all that was sold comes back, and no more. */
export function orderToReturn(request: unknown): string {
  return checkReturn(request).orderSn;
}

export function saleAsked(request: unknown): { orderId: string; lines: readonly Line[] } {
  const { orderSn, goodsInfo } = checkSale(request);
  return {
    orderId: orderSn,
    lines: goodsInfo.map(({ goodsId, num }) => ({ goodsId, quantity: num })),
  };
}
