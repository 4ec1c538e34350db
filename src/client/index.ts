export type {
  CallOptions,
  Client,
  HttpClient,
  PlaceOptions,
  QueueClient,
  WaitOptions,
} from './client.ts';
export type {
  ClientLimits,
  HttpAccess,
  HttpClientOptions,
  QueueAccess,
  QueueClientOptions,
  RedisConnection,
  Role,
} from './client-options.ts';
export { createClient } from './create-client.ts';
export { HoldfastError, type Problem } from './holdfast-error.ts';
export type {
  Accepted,
  CancelAnswer,
  HistoryStep,
  OrderLine,
  OrderState,
  OrderToPlace,
  OrderView,
  PaymentAnswer,
  PaymentSent,
  PaymentState,
  PaymentToConfirm,
  PaymentView,
  PlaceAnswer,
  Rejected,
  Sent,
  ShortLine,
  StockView,
} from './shop-words.ts';
export { type Notice, signPayment, type VerifyOptions, verifyNotice } from './signed-messages.ts';
