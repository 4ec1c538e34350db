export {
  aboutGoods,
  aboutOrder,
  type Notice,
  NOTICE_STATES,
  type NoticeFacts,
  type NoticeKind,
  type NoticeState,
} from './notice.ts';
export {
  type ClaimedNotice,
  claimNotices,
  type Claims,
  forgetDelivered,
  type NoticeAttempt,
  recordAttempts,
} from './notice-claims-store.ts';
export {
  countNotices,
  listNotices,
  type NoticeDetails,
  type NoticeFilter,
  type NoticeLogLine,
  type NoticePage,
  type NoticeView,
  readNotice,
  replayNotice,
  replayNotices,
} from './notice-view-store.ts';
export { insertNotices } from './notices-store.ts';
