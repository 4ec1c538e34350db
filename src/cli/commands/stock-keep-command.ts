import { AppError } from '../../kernel/index.ts';
import { actorField, availableField, goodsIdField, reasonField } from '../../shapes/index.ts';
import { changeStock } from '../change-stock.ts';
import { checkedGiven, numberIn } from '../given.ts';
import type { Options, Plan } from '../plan.ts';

export const stockKeep: Plan = {
  name: 'keep',
  takes: '<goodsId>',
  summary: 'Set the safety stock of a goods id, and when others are told of it',
  more: 'What is not given stays as it is. Who changed it and why is kept.',
  options: [
    ['--safety <units>', 'orders never reserve these'],
    ['--low-at <units>', 'tell that few are left, from so many down'],
    ['--back-at <units>', 'tell that there are enough again, from so many up'],
    ['--no-thresholds', 'tell only when they run out and are back'],
    ['--reason <text>', 'why, for the record'],
    ['--actor <name>', 'who did it (default: cli)'],
  ],
  examples: [
    'holdfast stock keep 7 --safety 5 --reason "for the showroom"',
    'holdfast stock keep 7 --low-at 10 --back-at 40 --reason "reorder in time" --actor ann',
  ],
  act: async (session, [goods], options) => {
    const { lowAt, backAt, reason, actor } = options;
    const change = checkedGiven(
      { goodsId: goodsIdField, reason: reasonField, actor: actorField },
      { safety: availableField, lowAt: availableField, backAt: availableField },
      {
        goodsId: numberIn(goods),
        reason,
        actor: actor ?? 'cli',
        safety: numberIn(options['safety']),
        lowAt: numberIn(lowAt),
        backAt: numberIn(backAt),
      },
    );
    const { goodsId, safety } = change;
    await changeStock(session, {
      kind: 'stock-keep',
      goodsId,
      ...(safety === undefined ? {} : { safety }),
      ...thresholdsIn(change, options, safety === undefined),
      reason: change.reason,
      actor: change.actor,
    });
  },
};

type Lines = { readonly lowAt?: number | undefined; readonly backAt?: number | undefined };

function thresholdsIn(
  { lowAt, backAt }: Lines,
  options: Options,
  isNeeded: boolean,
): { thresholds?: { lowAt: number; backAt: number } | null } {
  if (lowAt !== undefined && backAt !== undefined) return { thresholds: { lowAt, backAt } };
  if (lowAt !== undefined || backAt !== undefined) {
    throw new AppError('invalid-input', '--low-at and --back-at go together');
  }
  if (options['thresholds'] === false) return { thresholds: null };
  if (!isNeeded) return {};
  throw new AppError(
    'invalid-input',
    '--safety, --low-at with --back-at or --no-thresholds is wanted',
  );
}
