import { beforeField, limitField } from '../../shapes/index.ts';
import { letterView } from '../dead-letter-view.ts';
import { pageText, table, timeText } from '../format.ts';
import { checkedGiven, numberIn, textIn } from '../given.ts';
import type { Plan } from '../plan.ts';

export const deadLettersList: Plan = {
  name: 'list',
  summary: 'List what could not be done, newest first',
  options: [
    ['--code <code>', 'only those with this code'],
    ['--limit <rows>', 'at most so many (default 50)'],
    ['--before <id>', 'go on where the page before ended'],
  ],
  examples: ['holdfast dead-letters list', 'holdfast dead-letters list --code order-conflict'],
  act: async (session, _given, options) => {
    const page = checkedGiven(
      { limit: limitField },
      { before: beforeField },
      { limit: numberIn(options['limit'] ?? '50'), before: numberIn(options['before']) },
    );
    const code = textIn(options, 'code');
    const { listDeadLetters } = await import('../../saga/index.ts');
    const rows = await listDeadLetters(await session.database(), {
      ...page,
      ...(code === undefined ? {} : { code }),
    });
    const deadLetters = rows.map(letterView);
    const next = rows.length < page.limit ? null : (rows.at(-1)?.id ?? null);
    session.print({ deadLetters, next }, () =>
      pageText(
        table(
          ['id', 'last', 'from', 'code', 'order', 'times', 'replayed', 'message'],
          deadLetters.map((letter) => [
            letter.id,
            timeText(letter.lastAt),
            letter.source,
            letter.code,
            letter.orderId,
            letter.times,
            timeText(letter.replayedAt),
            letter.message.length > 60 ? `${letter.message.slice(0, 57)}...` : letter.message,
          ]),
        ),
        next,
      ),
    );
  },
};
