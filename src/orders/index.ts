export { type BuyerHold, type BuyerHolds, lockBuyerHolds } from './buyer-holds-store.ts';
export { claimKeys, forgetKeys, KEYS_KEPT_DAYS, type KeyUse } from './idempotency-keys-store.ts';
export {
  awaitedOrder,
  type Due,
  type Line,
  ORDER_STATES,
  type Order,
  type OrderLine,
  type OrderRequest,
  type OrderState,
  sameContent,
  type ShortLine,
  type Step,
  summedLines,
} from './order.ts';
export { countOpenHolds, overdueMs } from './order-backlog-store.ts';
export {
  type HistoryStep,
  historyOfOrder,
  type HoldPage,
  holdsOfGoods,
  type OpenHold,
  readAnnounced,
} from './order-history-store.ts';
export {
  listOrders,
  type OrderDetails,
  type OrderFilter,
  type OrderPage,
  type OrderSummary,
  readOrderDetails,
  readOrderState,
} from './order-view-store.ts';
export {
  COUNTED_MAX,
  countOrderStates,
  type EndingHolds,
  endingHolds,
  type StuckOrder,
  stuckOrders,
} from './order-overview-store.ts';
export {
  keptOf,
  linesWithout,
  type Part,
  type PartRequest,
  type PartVerb,
  sameParts,
  summedParts,
  unitsOf,
  wantedOf,
} from './order-parts.ts';
export { insertPartRequests, readPartRequests, writeParts } from './order-parts-store.ts';
export { moveOrders, type OrderChange } from './order-moves-store.ts';
export {
  databaseNow,
  dueOrderIds,
  fillStub,
  insertLines,
  insertOrders,
  insertSteps,
  type KnownOrder,
  lockOrders,
  type OrdersRead,
  peekOrders,
  postponeOrders,
  type StepRow,
} from './orders-store.ts';
