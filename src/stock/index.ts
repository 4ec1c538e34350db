export {
  type Balance,
  emptyBalance,
  imbalanceOf,
  type MovementKind,
  moved,
  sided,
} from './balance.ts';
export { forSaleOf, type Keeping, type KeepingChange, sideOf, type Thresholds } from './keeping.ts';
export { insertKeepings, type KeepingView, listKeepings, writeKeepings } from './keeping-store.ts';
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
