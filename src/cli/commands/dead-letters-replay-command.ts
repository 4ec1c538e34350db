import type { App } from '../../app/index.ts';
import { AppError, pause } from '../../kernel/index.ts';
import type { ReplayJob } from '../../queues/index.ts';
import { actorField, beforeField, orderIdField, reasonField } from '../../shapes/index.ts';
import type { DeadLetterFilter, DeadLetterRow, ReplayNote } from '../../saga/index.ts';
import { letterView } from '../dead-letter-view.ts';
import { counted } from '../format.ts';
import { checkedGiven, numberIn, textIn } from '../given.ts';
import type { Options, Plan } from '../plan.ts';

/** So many in a second at most: a cause that was not mended after all must not flood the queues. */
const PAGE = 200;
const PAGE_MS = 1000;
const READY_MS = 3000;

export const deadLettersReplay: Plan = {
  name: 'replay',
  takes: '[id]',
  summary: 'Send a dead letter to its queue again, after its cause was mended',
  more:
    'It stays in the list, marked with who sent it again and why; if it fails again, it counts\n' +
    'one time more. Many go 200 in a second.',
  options: [
    ['--all', 'every one that --code, --from and --order let through; one of them at least'],
    ['--code <code>', 'with --all: of this code'],
    ['--from <source>', 'with --all: that came from here, as the list names it'],
    ['--order <orderId>', 'with --all: of this order'],
    ['--reason <text>', 'why, to be kept with it (default: replayed by hand)'],
    ['--actor <name>', 'who, to be kept with it (default: cli)'],
    ['--dry-run', 'say which would be sent, and send none'],
  ],
  examples: [
    'holdfast dead-letters replay 12 --reason "stock was set" --actor ann',
    'holdfast dead-letters replay --all --code event-impossible --dry-run',
  ],
  act: async (session, [given], options) => {
    const chosen = chosenBy(given, options);
    const isDry = options['dryRun'] === true;
    const note = checkedGiven(
      { reason: reasonField, actor: actorField },
      {},
      { reason: options['reason'] ?? 'replayed by hand', actor: options['actor'] ?? 'cli' },
    );
    const app = await session.app();
    if (!isDry) await app.queues.ready(READY_MS);
    const sent: number[] = [];
    const skipped: number[] = [];
    for await (const row of lettersOf(app, chosen, isDry ? 0 : PAGE_MS)) {
      const job = await jobIn(row);
      if (job && !isDry) await replay(app, row, job, note);
      (job ? sent : skipped).push(row.id);
    }
    const document = isDry
      ? { dryRun: true, matching: sent, replayed: [], skipped }
      : { replayed: sent, skipped };
    session.print(document, () => {
      const left = skipped.length === 0 ? '' : `; ${skipped.length} have no queue to go to`;
      const said = isDry ? 'would be sent again; leave --dry-run out to do it' : 'sent again';
      return `${counted(sent.length, 'dead letter')} ${said}${left}`;
    });
    if (skipped.length === 0 || isDry) return;
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

type Chosen = { readonly id: number } | Omit<DeadLetterFilter, 'limit' | 'before'>;

/** Never all there are: who names nothing has not looked at what went wrong. */
function chosenBy(given: unknown, options: Options): Chosen {
  const { orderId } = checkedGiven({}, { orderId: orderIdField }, { orderId: options['order'] });
  const code = textIn(options, 'code');
  const source = textIn(options, 'from');
  const filter = {
    ...(code === undefined ? {} : { code }),
    ...(source === undefined ? {} : { source }),
    ...(orderId === undefined ? {} : { orderId }),
  };
  const all = options['all'] === true;
  const isFiltered = Object.keys(filter).length > 0;
  if (all && isFiltered && given === undefined) return filter;
  if (!all && !isFiltered && given !== undefined) {
    return checkedGiven({ id: beforeField }, {}, { id: numberIn(given) });
  }
  throw new AppError(
    'wrong-use',
    'which dead letters? Give one id, or --all together with --code, --from or --order',
  );
}

async function* lettersOf(
  { database }: App,
  chosen: Chosen,
  pageMs: number,
): AsyncGenerator<DeadLetterRow> {
  const { listDeadLetters, readDeadLetter } = await import('../../saga/index.ts');
  if ('id' in chosen) {
    const row = await readDeadLetter(database, chosen.id);
    if (!row) throw new AppError('unknown-dead-letter', `there is no dead letter ${chosen.id}`);
    yield row;
    return;
  }
  let page = await listDeadLetters(database, { limit: PAGE, ...chosen });
  while (page.length > 0) {
    yield* page;
    const before = page.at(-1)?.id;
    if (page.length < PAGE || before === undefined) return;
    await pause(pageMs);
    page = await listDeadLetters(database, { limit: PAGE, ...chosen, before });
  }
}

async function jobIn(row: DeadLetterRow): Promise<ReplayJob | null> {
  const { replayJobOf } = await import('../../queues/index.ts');
  return replayJobOf(letterView(row));
}

/** Sent first and marked after: a crash in between sends it once more, which changes nothing. */
async function replay(
  { queues, database }: App,
  letter: DeadLetterRow,
  job: ReplayJob,
  note: ReplayNote,
): Promise<void> {
  const { markReplayed } = await import('../../saga/index.ts');
  await queues.add(job.queue, [job.payload]);
  await markReplayed(database, letter, note);
}
