import { AppError } from '../../kernel/index.ts';
import { idempotencyKeyField, orderIdField } from '../../shapes/index.ts';
import { checkedGiven } from '../given.ts';
import { changeOrder } from '../order-event.ts';
import type { Plan } from '../plan.ts';
import { partsIn } from './order-return-command.ts';

export const orderCancel: Plan = {
  name: 'cancel',
  takes: '<orderId>',
  summary: 'Cancel an order that is not paid; its goods go back on sale',
  more: 'An order that has not come yet is cancelled when it comes.',
  options: [
    ['--line <goods:quantity...>', 'only these units, such as 7:1; the others stay held'],
    ['--id <cancelId>', 'with --line: under one id it happens once'],
  ],
  examples: ['holdfast order cancel order-1', 'holdfast order cancel order-1 --line 7:1'],
  act: async (session, [given], options) => {
    const { orderId, id } = checkedGiven(
      { orderId: orderIdField },
      { id: idempotencyKeyField },
      { orderId: given, id: options['id'] },
    );
    const parts = partsIn(options, 'line');
    if (parts.length === 0) {
      if (id !== undefined) throw new AppError('wrong-use', '--id goes with --line');
      await changeOrder(session, { kind: 'cancel', orderId });
      return;
    }
    const once = id === undefined ? {} : { requestId: id };
    await changeOrder(session, { kind: 'cancel-lines', orderId, parts, ...once });
  },
};
