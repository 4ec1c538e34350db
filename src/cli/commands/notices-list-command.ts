import { beforeField, limitField, subjectField } from '../../shapes/index.ts';
import { pageText, table, timeText } from '../format.ts';
import { checkedGiven, choiceIn, numberIn, textIn } from '../given.ts';
import type { Plan } from '../plan.ts';

export const noticesList: Plan = {
  name: 'list',
  summary: 'List what the receiver is told, newest first',
  options: [
    ['--state <state>', 'only those waiting, delivered or dead'],
    ['--subject <subject>', 'only about this: order:ORDER or goods:GOODS'],
    ['--limit <rows>', 'at most so many (default 50)'],
    ['--before <id>', 'go on where the page before ended'],
  ],
  examples: ['holdfast notices list --state dead', 'holdfast notices list --subject order:o-1'],
  act: async (session, _given, options) => {
    const page = checkedGiven(
      { limit: limitField },
      { before: beforeField, subject: subjectField },
      {
        limit: numberIn(options['limit'] ?? '50'),
        before: numberIn(options['before']),
        subject: options['subject'],
      },
    );
    const { listNotices, NOTICE_STATES } = await import('../../notices/index.ts');
    const state = choiceIn('state', textIn(options, 'state'), NOTICE_STATES);
    const found = await listNotices(await session.database(), {
      ...page,
      ...(state === undefined ? {} : { state }),
    });
    session.print(found, () =>
      pageText(
        table(
          ['id', 'at', 'kind', 'subject', 'state', 'tries', 'next try', 'last answer'],
          found.notices.map((notice) => [
            Number(notice.id),
            timeText(notice.at),
            notice.kind,
            notice.subject,
            notice.state,
            notice.attempts,
            timeText(notice.nextAt),
            notice.lastError ?? notice.lastStatus,
          ]),
        ),
        found.next,
      ),
    );
  },
};
