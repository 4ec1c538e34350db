export {
  type CheckedFields,
  checkedBy,
  checkedFields,
  type FieldSchemas,
  strictly,
} from './checked-by.ts';
export {
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
  orderIdField,
  paymentIdField,
  quantityField,
  reasonField,
  versionField,
} from './fields.ts';
