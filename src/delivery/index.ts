export { createNoticeDelivery, type NoticeDeliveryOptions } from './notice-delivery.ts';
export type { DeliveryPace } from './delivery-pace.ts';
export type { Receiver } from './post-notice.ts';
