import { AppError } from '../../kernel/index.ts';
import type { NoticeFilter } from '../../notices/index.ts';
import { noticeIdField, subjectField } from '../../shapes/index.ts';
import { counted } from '../format.ts';
import { checkedGiven, choiceIn, numberIn, textIn } from '../given.ts';
import type { Options, Plan } from '../plan.ts';

export const noticesReplay: Plan = {
  name: 'replay',
  takes: '[id]',
  summary: 'Deliver notices again, whatever became of them before',
  more:
    'Many are only counted until you add --yes. Receivers get them under the same ids, after ' +
    'what they have been told since.',
  options: [
    ['--state <state>', 'all that are dead, delivered or waiting'],
    ['--subject <subject>', 'all about this: order:ORDER or goods:GOODS'],
    ['--yes', 'do it, do not only count'],
  ],
  examples: [
    'holdfast notices replay 12',
    'holdfast notices replay --state dead',
    'holdfast notices replay --state dead --yes',
  ],
  act: async (session, [given], options) => {
    const notices = await import('../../notices/index.ts');
    const chosen = chosenBy(given, options, notices.NOTICE_STATES);
    const database = await session.database();
    if ('id' in chosen) {
      const isThere = await notices.replayNotice(database, chosen.id);
      if (!isThere) throw new AppError('unknown-notice', `there is no notice ${chosen.id}`);
      session.print({ matching: 1, replayed: 1 }, () => `notice ${chosen.id} is delivered again`);
      return;
    }
    const matching = await notices.countNotices(database, chosen);
    if (options['yes'] !== true) {
      session.print(
        { matching, replayed: 0 },
        () => `${counted(matching, 'notice')} would be delivered again; add --yes to do it`,
      );
      return;
    }
    const replayed = await notices.replayNotices(database, chosen);
    session.print(
      { matching, replayed },
      () => `${counted(replayed, 'notice')} will be delivered again`,
    );
  },
};

type States = readonly NonNullable<NoticeFilter['state']>[];

function chosenBy(
  given: unknown,
  options: Options,
  states: States,
): NoticeFilter | { readonly id: number } {
  const state = choiceIn('state', textIn(options, 'state'), states);
  const { subject } = checkedGiven({}, { subject: subjectField }, { subject: options['subject'] });
  const isFiltered = state !== undefined || subject !== undefined;
  if (given !== undefined && !isFiltered) {
    return checkedGiven({ id: noticeIdField }, {}, { id: numberIn(given) });
  }
  if (given === undefined && isFiltered) {
    return {
      ...(state === undefined ? {} : { state }),
      ...(subject === undefined ? {} : { subject }),
    };
  }
  throw new AppError('wrong-use', 'which notices? Give one id, or --state, --subject or both');
}
