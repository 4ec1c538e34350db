import { createServer, type Server } from 'node:net';
import { AppError, type Random } from '../kernel/index.ts';

const LOOPBACK = '127.0.0.1';

/**
 * Below the range from which systems take ports for outgoing connections, or the port of last time
 * would now and then be in use as the near end of somebody's connection.
 */
const FIRST_PORT = 20_000;
const PORTS = 10_000;
const ATTEMPTS = 50;

/**
 * One free port for each name, the remembered one where it is still free. All are held open until
 * the last is found, so that no two names get the same.
 */
export async function choosePorts<Name extends string>(
  names: readonly Name[],
  remembered: Readonly<Record<string, unknown>>,
  random: Random,
): Promise<Record<Name, number>> {
  const held: Server[] = [];
  try {
    const chosen: [Name, number][] = [];
    for (const name of names) {
      const [port, server] = await holdPort(remembered[name], random);
      held.push(server);
      chosen.push([name, port]);
    }
    return Object.fromEntries(chosen) as Record<Name, number>;
  } finally {
    await Promise.all(held.map((server) => new Promise((done) => server.close(done))));
  }
}

async function holdPort(remembered: unknown, random: Random): Promise<[number, Server]> {
  const wanted = isPort(remembered) ? [remembered] : [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = wanted[attempt] ?? FIRST_PORT + Math.floor(random() * PORTS);
    const server = await listen(port);
    if (server) return [port, server];
  }
  throw new AppError(
    'no-free-port',
    `none of ${ATTEMPTS} ports tried between ${FIRST_PORT} and ${FIRST_PORT + PORTS - 1} on ` +
      `${LOOPBACK} is free; is something filling them, or are local connections forbidden here?`,
  );
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536;
}

function listen(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null)); // taken: the caller tries another
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => resolve(server));
  });
}

export async function isPortFree(port: number): Promise<boolean> {
  const server = await listen(port);
  if (!server) return false;
  await new Promise((done) => server.close(done));
  return true;
}
