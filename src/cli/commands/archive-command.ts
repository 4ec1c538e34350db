import type { ArchiveFile, ArchiveReport } from '../../archive/index.ts';
import { AppError, isoOf, databaseTimeOf } from '../../kernel/index.ts';
import type { Session } from '../command-session.ts';
import { counted, facts, timeText } from '../format.ts';
import { textIn } from '../given.ts';
import type { Options, Plan } from '../plan.ts';

export const archiveOld: Plan = {
  name: 'archive',
  summary: 'Remove what is finished and old, so that tables stay small',
  more:
    'Of finished orders the history and the metadata go; row, lines and payments stay, so that ' +
    'the\nsame id still gets the same answer. Runs beside workers, in small pages, and can be ' +
    'ended and\nrun again at any time.',
  options: [
    ['--before <when>', 'an age in days (90d) or an ISO date, a day ago or more; no default'],
    ['--to <file>', 'write what is removed to this new file, a JSON object to a line'],
    ['--ledger', 'also replace old movements by one opening for each goods id'],
    ['--dry-run', 'count, and change nothing'],
    ['--yes', 'without --to: yes, delete it'],
  ],
  examples: [
    'holdfast archive --before 90d --dry-run',
    'holdfast archive --before 90d --to archive-2026-11.ndjson',
    'holdfast archive --before 2026-08-01 --ledger --to archive.ndjson --json',
  ],
  act: async (session, _given, options) => {
    const { ageIn } = await import('../../archive/index.ts');
    const age = ageIn(textIn(options, 'before'));
    const dryRun = options['dryRun'] === true;
    const path = textIn(options, 'to');
    if (dryRun && path !== undefined) {
      throw new AppError('wrong-use', '--dry-run removes nothing, so there is nothing for --to');
    }
    const database = await session.database();
    const { cutoffOf } = await import('../../archive/index.ts');
    const { databaseNow } = await import('../../orders/index.ts');
    const beforeMs = cutoffOf(age, (await databaseNow(database)).millis);
    if (!dryRun && path === undefined) await assertMeant(session, options, beforeMs);
    const report = await archived(session, database, { beforeMs, dryRun, path, options });
    session.print(report, () => reportText(report));
  },
};

async function assertMeant(session: Session, options: Options, beforeMs: number): Promise<void> {
  if (options['yes'] === true) return;
  const since = timeText(isoOf(databaseTimeOf(beforeMs)));
  const question = `Delete the history of what was finished before ${since}, and keep no copy?`;
  if (await session.confirm(question)) return;
  throw new AppError(
    'wrong-use',
    'nothing was removed; name a file with --to, or add --yes to delete without one',
  );
}

interface Wanted {
  readonly beforeMs: number;
  readonly dryRun: boolean;
  readonly path: string | undefined;
  readonly options: Options;
}

async function archived(
  session: Session,
  database: Awaited<ReturnType<Session['database']>>,
  { beforeMs, dryRun, path, options }: Wanted,
): Promise<ArchiveReport> {
  const { ArchiveFile: File, archive } = await import('../../archive/index.ts');
  const file: ArchiveFile | undefined = path === undefined ? undefined : await File.create(path);
  try {
    return await archive(database, {
      beforeMs,
      dryRun,
      ledger: options['ledger'] === true,
      ...(file ? { file } : {}),
      progress: ({ orders, movements }) => {
        const more = movements === 0 ? '' : `, ${counted(movements, 'movement')}`;
        session.say(`${dryRun ? 'counted' : 'archived'} ${counted(orders, 'order')}${more}`);
      },
    });
  } finally {
    await file?.close();
  }
}

function reportText(report: ArchiveReport): string {
  const { dryRun, before, to, skipped } = report;
  return facts([
    [dryRun ? 'would go' : 'removed', `what was finished before ${timeText(before)}`],
    ['orders', `the history of ${report.orders}, ${counted(report.steps, 'step')}`],
    ['movements', report.movements],
    ['dead letters', report.deadLetters],
    ['notices', report.notices],
    ['keys', report.idempotencyKeys],
    ['skipped', skipped === 0 ? null : `${counted(skipped, 'order')} in other hands; run again`],
    ['written to', to],
  ]);
}
