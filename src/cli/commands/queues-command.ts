import { table } from '../format.ts';
import type { Plan } from '../plan.ts';

const READY_MS = 3000;

export const queuesShow: Plan = {
  name: 'queues',
  summary: 'Show how many jobs wait, run, sleep and have failed',
  examples: ['holdfast queues', 'holdfast queues --json'],
  act: async (session) => {
    const { queues: open } = await session.app();
    await open.ready(READY_MS);
    const queues = await open.counts();
    session.print({ queues }, () =>
      table(
        ['queue', 'waiting', 'active', 'delayed', 'failed', 'completed'],
        queues.map((one) => [
          one.queue,
          one.waiting,
          one.active,
          one.delayed,
          one.failed,
          one.completed,
        ]),
      ),
    );
  },
};
