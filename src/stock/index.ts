export {
  type Balance,
  emptyBalance,
  imbalanceOf,
  type MovementKind,
  moved,
} from './balance.ts';
export { type Adjustment, legOf, type Move, type Movement, type OrderMove } from './movement.ts';
export {
  type BalanceChange,
  ensureStock,
  insertAdjustments,
  insertMovements,
  lockStock,
  type MovementRow,
  readAdjustments,
  readStock,
  stockAfter,
  writeBalances,
} from './stock-store.ts';
export {
  listMovements,
  type MovementPage,
  readStockView,
  type StockView,
  stockView,
  sumHeldUnits,
} from './stock-view-store.ts';
export {
  listStock,
  movementsOfOrder,
  type StockSums,
  stockInOrder,
  sumStock,
} from './stock-overview-store.ts';
