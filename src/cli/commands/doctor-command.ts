import { AppError } from '../../kernel/index.ts';
import { examine } from '../examine.ts';
import { counted, table } from '../format.ts';
import type { Plan } from '../plan.ts';

export const doctor: Plan = {
  name: 'doctor',
  summary: 'Look at this machine, the servers and the schema, and say what to mend',
  more:
    'With --production it also asks what a laptop need not have: durability, quorum, versions, ' +
    'clocks, rights, and who may come in.',
  options: [['--production', 'hold the running system to the checklist for production']],
  examples: ['holdfast doctor', 'holdfast doctor --production --json'],
  act: async (session, _given, { production }) => {
    const checks = await examine(session, { production: production === true });
    const wrong = checks.filter(({ ok }) => !ok);
    session.print({ healthy: wrong.length === 0, checks }, () =>
      table(
        ['', 'what', 'found', 'what to do'],
        checks.map(({ ok, what, found, next }) => [ok ? 'ok' : 'WRONG', what, found, next ?? '']),
      ),
    );
    if (wrong.length === 0) return;
    const names = wrong.map(({ what }) => what).join(', ');
    const count = counted(wrong.length, 'thing');
    session.refuse(new AppError('unhealthy', `${count} to mend: ${names}`));
  },
};
