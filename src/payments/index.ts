export {
  PAYMENT_STATES,
  type Payment,
  type PaymentNotice,
  type PaymentState,
  paymentOf,
  pays,
  type RefundReason,
  refundDue,
  samePayment,
} from './payment.ts';
export {
  insertPayments,
  movePayments,
  readAppliedPayments,
  readEarlyPayments,
  readPayments,
} from './payments-store.ts';
export { type DueRefund, dueRefunds, orderOfPayment } from './payment-overview-store.ts';
export {
  listPayments,
  type ListedPayment,
  type PaymentPage,
  type PaymentView,
  paymentViews,
  readPaymentView,
} from './payment-view-store.ts';
