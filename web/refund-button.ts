import { actDialog } from './act-dialog.ts';
import { h } from './dom.ts';
import { send } from './server-calls.ts';

/** For somebody who has sent the money back, outside of here. */
export function refundButton(orderId: string, paymentId: string): HTMLElement {
  const open = (): void =>
    actDialog({
      title: `Payment ${paymentId} is refunded`,
      text: 'The money went back already: this only says so. The reason may name the transfer.',
      verb: 'It is refunded',
      act: async (reason) => {
        await send('/v1/console/acts', { act: 'mark-refunded', orderId, paymentId, reason });
        return `Payment ${paymentId} is marked as refunded.`;
      },
    });
  return h('button', { id: `refund-${paymentId}`, click: open }, `Refunded ${paymentId}…`);
}
