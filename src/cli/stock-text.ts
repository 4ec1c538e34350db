import type { StockView } from '../stock/index.ts';
import { facts } from './format.ts';

export function stockText(stock: StockView): string {
  return facts([
    ['goods', stock.goodsId],
    ['available', stock.available],
    ['held', stock.held],
    ['sold', stock.sold],
    ['received', stock.received],
    ['version', stock.version],
  ]);
}
