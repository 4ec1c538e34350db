import { AppError } from '../../kernel/index.ts';
import { beforeField } from '../../shapes/index.ts';
import { letterView } from '../dead-letter-view.ts';
import { facts, timeText } from '../format.ts';
import { checkedGiven, numberIn } from '../given.ts';
import type { Plan } from '../plan.ts';

export const deadLettersShow: Plan = {
  name: 'show',
  takes: '<id>',
  summary: 'Show one dead letter whole, with its payload',
  examples: ['holdfast dead-letters show 12', 'holdfast dead-letters show 12 --json'],
  act: async (session, [given]) => {
    const { id } = checkedGiven({ id: beforeField }, {}, { id: numberIn(given) });
    const { readDeadLetter } = await import('../../saga/index.ts');
    const row = await readDeadLetter(await session.database(), id);
    if (!row) throw new AppError('unknown-dead-letter', `there is no dead letter ${id}`);
    const letter = letterView(row);
    session.print(letter, () =>
      [
        facts([
          ['id', letter.id],
          ['from', letter.source],
          ['code', letter.code],
          ['message', letter.message],
          ['order', letter.orderId],
          ['times', letter.times],
          ['first', timeText(letter.firstAt)],
          ['last', timeText(letter.lastAt)],
          ['replayed', timeText(letter.replayedAt)],
          ['by', letter.replayedBy],
          ['because', letter.replayReason],
        ]),
        JSON.stringify(letter.payload, null, 2),
      ].join('\n\n'),
    );
  },
};
