import { AppError } from '../../kernel/index.ts';
import { noticeIdField } from '../../shapes/index.ts';
import { facts, table, timeText } from '../format.ts';
import { checkedGiven, numberIn } from '../given.ts';
import type { Plan } from '../plan.ts';

export const noticesShow: Plan = {
  name: 'show',
  takes: '<id>',
  summary: 'Show one notice with what it says and how its delivery went',
  examples: ['holdfast notices show 12', 'holdfast notices show 12 --json'],
  act: async (session, [given]) => {
    const { id } = checkedGiven({ id: noticeIdField }, {}, { id: numberIn(given) });
    const { readNotice } = await import('../../notices/index.ts');
    const notice = await readNotice(await session.database(), id);
    if (!notice) throw new AppError('unknown-notice', `there is no notice ${id}`);
    session.print(notice, () =>
      [
        facts([
          ['id', notice.id],
          ['kind', notice.kind],
          ['subject', notice.subject],
          ['at', timeText(notice.at)],
          ['state', notice.state],
          ['tries', notice.attempts],
          ['next try', timeText(notice.nextAt)],
          ['delivered', timeText(notice.deliveredAt)],
        ]),
        JSON.stringify(notice.facts, null, 2),
        table(
          ['try', 'at', 'status', 'error', 'ms'],
          notice.log.map(({ number, at, status, error, ms }) => [
            number,
            timeText(at),
            status,
            error,
            ms,
          ]),
        ),
      ].join('\n\n'),
    );
  },
};
