import type { StockView } from '../stock/index.ts';
import { facts } from './format.ts';

export function stockText(stock: StockView): string {
  const { safety, forSale, lowAt, backAt } = stock;
  const kept = Object.entries({
    safety,
    'for sale': forSale,
    'low at': lowAt,
    'back at': backAt,
  }).flatMap(([name, units]) => (units === undefined ? [] : [[name, units] as const]));
  return facts([
    ['goods', stock.goodsId],
    ['available', stock.available],
    ['held', stock.held],
    ['sold', stock.sold],
    ['received', stock.received],
    ['version', stock.version],
    ...kept,
  ]);
}
