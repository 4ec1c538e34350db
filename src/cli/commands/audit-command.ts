import { AppError } from '../../kernel/index.ts';
import { limitField } from '../../shapes/index.ts';
import type { AuditReport } from '../../saga/index.ts';
import { counted, facts, timeText } from '../format.ts';
import { checkedGiven, numberIn } from '../given.ts';
import type { Plan } from '../plan.ts';

export const auditBooks: Plan = {
  name: 'audit',
  summary: 'Recompute the books and name every difference',
  more: 'Looks at one moment of the running system and takes no lock; it disturbs nobody.',
  options: [['--max <differences>', 'list at most so many (default 1000)']],
  examples: ['holdfast audit', 'holdfast audit --json'],
  act: async (session, _given, { max }) => {
    const { max: differencesMax = 1000 } = checkedGiven(
      {},
      { max: limitField },
      { max: numberIn(max) },
    );
    const { audit } = await import('../../saga/index.ts');
    const report = await audit(await session.database(), { differencesMax });
    session.print(report, () => reportText(report));
    if (report.balanced) return;
    const count = report.differences.length;
    const many = report.cut ? `more than ${count} differences` : counted(count, 'difference');
    session.refuse(new AppError('books-unbalanced', `the books do not balance: ${many}`));
  },
};

function reportText(report: AuditReport): string {
  const { units } = report;
  const head = facts([
    ['balanced', report.balanced ? 'yes' : 'NO'],
    ['checked', timeText(report.checkedAt)],
    ['goods', report.goods],
    ['orders', report.orders],
    ['movements', report.movements],
    ['units', `${units.available} available + ${units.held} held + ${units.sold} sold`],
    ['received', units.received],
  ]);
  const found = report.differences.map(
    ({ check, text, expected, found: actual }) =>
      `${check}: ${text} (expected ${expected}, found ${actual})`,
  );
  return [head, ...found, ...(report.cut ? ['and more'] : [])].join('\n');
}
