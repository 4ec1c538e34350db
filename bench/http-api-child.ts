/** The HTTP API in a process of its own, which decides the orders it is asked to wait for. */
import { startHttp } from '../src/api/index.ts';
import { openApp, readConfig } from '../src/app/index.ts';
import { systemClock } from '../src/kernel/index.ts';

const config = readConfig();
const app = await openApp(config, 'bench-api');
const server = await startHttp({
  ...app,
  doors: config.doors,
  clock: systemClock,
  queueCounts: () => app.queues.counts(),
  ops: {
    metrics: () => Promise.resolve({ contentType: 'text/plain', text: '' }),
    readiness: () => Promise.resolve({ ready: true }),
    auditSeen: () => undefined,
    board: () => () => Promise.resolve(),
  },
});

async function stop(): Promise<void> {
  await server.close();
  await app.close();
  process.exit(0);
}

function stopOrFail(): void {
  stop().catch((error: unknown) => {
    process.stderr.write(`api: ${String((error as Error).stack)}\n`);
    process.exit(1);
  });
}

process.on('SIGTERM', stopOrFail);
process.on('disconnect', stopOrFail);
process.on('message', ({ type }: { readonly type: string }) => {
  if (type === 'stats') process.send?.({ type, ...app.saga.stats });
});
process.send?.({ type: 'ready', url: server.url });
