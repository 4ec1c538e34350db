import type { App } from '../../app/index.ts';
import { AppError } from '../../kernel/index.ts';
import { beforeField } from '../../shapes/index.ts';
import type { DeadLetterRow } from '../../saga/index.ts';
import { letterView } from '../dead-letter-view.ts';
import { counted } from '../format.ts';
import { checkedGiven, numberIn, textIn } from '../given.ts';
import type { Options, Plan } from '../plan.ts';

const PAGE = 500;
const READY_MS = 3000;

export const deadLettersReplay: Plan = {
  name: 'replay',
  takes: '[id]',
  summary: 'Send a dead letter to its queue again, after its cause was mended',
  more: 'It stays in the list, marked; if it fails again, it counts one time more.',
  options: [
    ['--all', 'every one of the code given'],
    ['--code <code>', 'with --all: which'],
  ],
  examples: [
    'holdfast dead-letters replay 12',
    'holdfast dead-letters replay --all --code event-impossible',
  ],
  act: async (session, [given], options) => {
    const chosen = chosenBy(given, options);
    const app = await session.app();
    await app.queues.ready(READY_MS);
    let before: number | undefined;
    const replayed: number[] = [];
    const skipped: number[] = [];
    do {
      const rows = await lettersOf(app, chosen, before);
      for (const row of rows) ((await replay(app, row)) ? replayed : skipped).push(row.id);
      before = rows.length === PAGE ? rows.at(-1)?.id : undefined;
    } while (before !== undefined);
    session.print(
      { replayed, skipped },
      () =>
        `${counted(replayed.length, 'dead letter')} sent again` +
        (skipped.length === 0 ? '' : `; ${skipped.length} have no queue to go to`),
    );
    if (skipped.length === 0) return;
    const which = skipped.slice(0, 10).join(', ');
    session.refuse(
      new AppError(
        'not-replayable',
        `${which}: these came by no queue, or their payload was cut; do by hand what they ask for`,
        { details: { skipped } },
      ),
    );
  },
};

type Chosen = { readonly id: number } | { readonly code: string };

function chosenBy(given: unknown, options: Options): Chosen {
  const code = textIn(options, 'code');
  const all = options['all'] === true;
  if (all && code !== undefined && given === undefined) return { code };
  if (!all && code === undefined && given !== undefined) {
    return checkedGiven({ id: beforeField }, {}, { id: numberIn(given) });
  }
  throw new AppError(
    'wrong-use',
    'which dead letters? Give one id, or --all together with --code CODE',
  );
}

async function lettersOf(
  { database }: App,
  chosen: Chosen,
  before: number | undefined,
): Promise<readonly DeadLetterRow[]> {
  const { listDeadLetters, readDeadLetter } = await import('../../saga/index.ts');
  if ('code' in chosen) {
    const from = before === undefined ? {} : { before };
    return await listDeadLetters(database, { limit: PAGE, ...chosen, ...from });
  }
  const row = await readDeadLetter(database, chosen.id);
  if (row) return [row];
  throw new AppError('unknown-dead-letter', `there is no dead letter ${chosen.id}`);
}

/** Sent first and marked after: a crash in between sends it once more, which changes nothing. */
async function replay({ queues, database }: App, row: DeadLetterRow): Promise<boolean> {
  const { markReplayed } = await import('../../saga/index.ts');
  const { replayJobOf } = await import('../../queues/index.ts');
  const job = replayJobOf(letterView(row));
  if (!job) return false;
  await queues.add(job.queue, [job.payload]);
  await markReplayed(database, row.id);
  return true;
}
