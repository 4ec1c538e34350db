import { AppError } from '../../kernel/index.ts';
import { quietLogger } from '../error-text.ts';
import { counted } from '../format.ts';
import type { Plan } from '../plan.ts';

export const migrate: Plan = {
  name: 'migrate',
  summary: 'Bring the schema of the database up to date',
  options: [
    ['--down', 'take everything back: deletes every order and all stock'],
    ['--yes', 'with --down: yes, delete it all'],
  ],
  examples: ['holdfast migrate', 'holdfast migrate --down --yes'],
  act: async (session, _given, { down, yes }) => {
    if (down && !yes) {
      throw new AppError(
        'wrong-use',
        '--down deletes every order and all stock; add --yes to mean it',
      );
    }
    const { databaseUrl: url, tls } = await session.config();
    const { migrateDown, migrateUp } = await import('../../mysql/index.ts');
    const options = { url, tls, logger: quietLogger };
    const { ran } = down ? await migrateDown(options) : await migrateUp(options);
    const what = down ? 'taken back' : 'run';
    const list = ran.map((one) => `  ${one}`).join('\n');
    session.print({ ran }, () =>
      ran.length === 0
        ? 'nothing to do: the schema is up to date'
        : `${counted(ran.length, 'migration')} ${what}:\n${list}`,
    );
  },
};
