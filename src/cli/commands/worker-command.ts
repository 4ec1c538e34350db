import { choiceIn } from '../given.ts';
import type { Plan } from '../plan.ts';

export const worker: Plan = {
  name: 'worker',
  takes: '[queue...]',
  summary: 'Run the workers of these queues, or of all, until it is stopped',
  more: 'The sweep runs beside them. SIGTERM or Ctrl-C lets jobs in hand end first.',
  examples: ['holdfast worker', 'holdfast worker order-placed pre-deduct'],
  act: async (session, [given]) => {
    const { QUEUE_NAMES } = await import('../../queues/index.ts');
    const named = ((given ?? []) as readonly string[]).flatMap(
      (one) => choiceIn('queue', one, QUEUE_NAMES) ?? [],
    );
    const queues = named.length > 0 ? [...new Set(named)] : QUEUE_NAMES;
    await session.config(); // says what is wrong with the settings as every command does
    const { runWorker } = await import('../../app/index.ts');
    await runWorker(...queues);
    session.print({ queues, pid: process.pid }, () => `workers run: ${queues.join(', ')}`);
    await new Promise<never>(() => undefined); // the workers end the process when they are told to
  },
};
