export {
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
export { type PaymentView, paymentViews } from './payment-view-store.ts';
export { type DueRefund, dueRefunds, orderOfPayment } from './payment-overview-store.ts';
