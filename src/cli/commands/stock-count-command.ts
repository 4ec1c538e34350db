import { randomName } from '../../kernel/index.ts';
import {
  availableField,
  goodsIdField,
  idempotencyKeyField,
  reasonField,
  versionField,
} from '../../shapes/index.ts';
import { changeStock } from '../change-stock.ts';
import { checkedGiven, numberIn } from '../given.ts';
import type { Plan } from '../plan.ts';

export const stockCount: Plan = {
  name: 'count',
  takes: '<goodsId> <units>',
  summary: 'Set how many units of a goods id were counted on the shelf',
  more: 'Units on hold are among them: fewer than orders hold are refused.',
  options: [
    ['--expected-version <version>', 'refuse when the stock has changed since this version'],
    ['--reason <text>', 'why, for the ledger'],
    ['--key <key>', 'an idempotency key: the same change under it happens once'],
  ],
  examples: [
    'holdfast stock count 7 400',
    'holdfast stock count 7 380 --expected-version 12 --reason "counted again"',
  ],
  act: async (session, [goods, units], { expectedVersion, reason, key }) => {
    const change = checkedGiven(
      { goodsId: goodsIdField, onHand: availableField, reason: reasonField },
      { expectedVersion: versionField, key: idempotencyKeyField },
      {
        goodsId: numberIn(goods),
        onHand: numberIn(units),
        reason: reason ?? 'counted by hand',
        expectedVersion: numberIn(expectedVersion),
        key,
      },
    );
    const idempotencyKey = change.key ?? `cli-${randomName()}`;
    const isOnce = change.key !== undefined;
    await changeStock(session, { kind: 'stock-count', ...change, idempotencyKey, isOnce });
  },
};
