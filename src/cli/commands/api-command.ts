import type { Plan } from '../plan.ts';

export const api: Plan = {
  name: 'api',
  summary: 'Open the doors, HTTP and gRPC, until it is stopped; workers run beside it',
  more: 'Settings tell where it listens and who may come in, HOLDFAST_HTTP_PORT among them.',
  examples: ['holdfast api', 'HOLDFAST_HTTP_PORT=8080 holdfast api'],
  act: async (session) => {
    await session.config(); // says what is wrong with the settings as every command does
    const { runApi } = await import('../../app/index.ts');
    const addresses = await runApi();
    session.print({ ...addresses, pid: process.pid }, () => `HTTP API: ${addresses.httpUrl}`);
    await new Promise<never>(() => undefined); // it ends the process when it is told to
  },
};
