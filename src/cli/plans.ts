import { api } from './commands/api-command.ts';
import { archiveOld } from './commands/archive-command.ts';
import { auditBooks } from './commands/audit-command.ts';
import { bench } from './commands/bench-command.ts';
import { deadLettersList } from './commands/dead-letters-list-command.ts';
import { deadLettersReplay } from './commands/dead-letters-replay-command.ts';
import { deadLettersShow } from './commands/dead-letters-show-command.ts';
import { doctor } from './commands/doctor-command.ts';
import { goodsExport } from './commands/goods-export-command.ts';
import { goodsImport } from './commands/goods-import-command.ts';
import { locksShow } from './commands/locks-show-command.ts';
import { mediaPut } from './commands/media-put-command.ts';
import { migrate } from './commands/migrate-command.ts';
import { noticesList } from './commands/notices-list-command.ts';
import { noticesReplay } from './commands/notices-replay-command.ts';
import { noticesShow } from './commands/notices-show-command.ts';
import { orderCancel } from './commands/order-cancel-command.ts';
import { orderExtend } from './commands/order-extend-command.ts';
import { orderList } from './commands/order-list-command.ts';
import { orderPay } from './commands/order-pay-command.ts';
import { orderPaymentStarted } from './commands/order-payment-started-command.ts';
import { orderPlace } from './commands/order-place-command.ts';
import { orderReturn } from './commands/order-return-command.ts';
import { orderShow } from './commands/order-show-command.ts';
import { orderWatch } from './commands/order-watch-command.ts';
import { queuesShow } from './commands/queues-command.ts';
import { refundsDone } from './commands/refunds-done-command.ts';
import { refundsList } from './commands/refunds-list-command.ts';
import { stockAdjust } from './commands/stock-adjust-command.ts';
import { stockCount } from './commands/stock-count-command.ts';
import { stockExplain } from './commands/stock-explain-command.ts';
import { stockExport } from './commands/stock-export-command.ts';
import { stockGet } from './commands/stock-get-command.ts';
import { stockHolds } from './commands/stock-holds-command.ts';
import { stockImport } from './commands/stock-import-command.ts';
import { stockKeep } from './commands/stock-keep-command.ts';
import { stockMovements } from './commands/stock-movements-command.ts';
import { stockSet } from './commands/stock-set-command.ts';
import { worker } from './commands/worker-command.ts';
import type { Plan, PlanGroup } from './plan.ts';

/** Commands of one noun, in the order in which help shows them. */
export const GROUPS: readonly PlanGroup[] = [
  {
    name: 'stock',
    summary: 'What is for sale, and the ledger of it',
    plans: [
      stockGet,
      stockSet,
      stockCount,
      stockAdjust,
      stockKeep,
      stockImport,
      stockExport,
      stockMovements,
      stockHolds,
      stockExplain,
    ],
  },
  {
    name: 'goods',
    summary: 'The catalogue, in and out of files',
    plans: [goodsImport, goodsExport],
  },
  { name: 'media', summary: 'Pictures of goods, brands and banners', plans: [mediaPut] },
  {
    name: 'order',
    summary: 'Place, pay, cancel and look at orders',
    plans: [
      orderPlace,
      orderShow,
      orderList,
      orderPay,
      orderExtend,
      orderPaymentStarted,
      orderCancel,
      orderReturn,
      orderWatch,
    ],
  },
  {
    name: 'payments',
    summary: 'Money that must go back, and money that went',
    plans: [],
    groups: [
      {
        name: 'refunds',
        summary: 'The work list of refunds',
        plans: [refundsList, refundsDone],
      },
    ],
  },
  {
    name: 'dead-letters',
    summary: 'What could not be done, and sending it again',
    plans: [deadLettersList, deadLettersShow, deadLettersReplay],
  },
  {
    name: 'notices',
    summary: 'What the receiver was told, and telling it again',
    plans: [noticesList, noticesShow, noticesReplay],
  },
  { name: 'locks', summary: 'The locks of goods ids', plans: [locksShow] },
];

export const PLANS: readonly Plan[] = [
  auditBooks,
  archiveOld,
  queuesShow,
  doctor,
  migrate,
  api,
  worker,
  bench,
];
