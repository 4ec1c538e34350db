export {
  type CheckedFields,
  checkedBy,
  checkedFields,
  type FieldSchemas,
  strictly,
} from './checked-by.ts';
export {
  actorField,
  amountField,
  availableField,
  beforeField,
  buyerIdField,
  currencyField,
  deltaField,
  goodsIdField,
  holdSecondsField,
  idempotencyKeyField,
  limitField,
  noticeIdField,
  orderIdField,
  payingSecondsField,
  paymentIdField,
  quantityField,
  reasonField,
  subjectField,
  versionField,
} from './fields.ts';
export { handlingFault, keepingFault } from './plain-json.ts';
