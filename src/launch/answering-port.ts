import { connect } from 'node:net';
import { pause } from '../kernel/index.ts';

/** How a server shows that it takes work, in the first bytes that it sends. */
export interface Greeting {
  /** What has to be said before it speaks. */
  readonly say?: string;
  readonly expect: (bytes: Buffer) => boolean;
}

/** MySQL speaks first: a packet header, then 10, the version of its protocol. */
export const mysqlGreeting: Greeting = { expect: (bytes) => bytes.length > 4 && bytes[4] === 10 };

/** While it reads its file back, Redis answers -LOADING. */
export const redisGreeting: Greeting = {
  say: 'PING\r\n',
  expect: (bytes) => bytes.subarray(0, 5).toString() === '+PONG',
};

const ONE_TRY_MS = 1_000;
const BETWEEN_TRIES_MS = 10;

/** Asks until the greeting comes or the signal aborts; only the greeting answers true. */
export async function answers(
  port: number,
  greeting: Greeting,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    if (await answersNow(port, greeting)) return true;
    await pause(BETWEEN_TRIES_MS, signal);
  }
  return false;
}

/** A bare connection, not a client: half-open logins would use up the server's connections. */
function answersNow(port: number, { say, expect }: Greeting): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(ONE_TRY_MS, () => end(false));
    socket.once('error', () => end(false)); // nobody listens yet
    socket.once('close', () => end(false));
    socket.once('data', (bytes) => end(expect(bytes)));
    if (say !== undefined) socket.write(say);
  });
}
