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

export const stockSet: Plan = {
  name: 'set',
  takes: '<goodsId> <available>',
  summary: 'Set how many units of a goods id are for sale',
  more: 'Units that are held or sold stay so; the difference is written to the ledger.',
  options: [
    ['--expected-version <version>', 'refuse when the stock has changed since this version'],
    ['--reason <text>', 'why, for the ledger'],
    ['--key <key>', 'an idempotency key: the same change under it happens once'],
  ],
  examples: [
    'holdfast stock set 7 400',
    'holdfast stock set 7 380 --expected-version 12 --reason "counted again"',
  ],
  act: async (session, [goods, available], { expectedVersion, reason, key }) => {
    const change = checkedGiven(
      { goodsId: goodsIdField, available: availableField, reason: reasonField },
      { expectedVersion: versionField, key: idempotencyKeyField },
      {
        goodsId: numberIn(goods),
        available: numberIn(available),
        reason: reason ?? 'set by hand',
        expectedVersion: numberIn(expectedVersion),
        key,
      },
    );
    const idempotencyKey = change.key ?? `cli-${randomName()}`;
    const isOnce = change.key !== undefined;
    await changeStock(session, { kind: 'stock-set', ...change, idempotencyKey, isOnce });
  },
};
