/** Stands in for the app: ready once its servers answer, and stops when it is told to. */
import { connect } from 'node:net';

const { HOLDFAST_DATABASE_URL, HOLDFAST_REDIS_URL, HOLDFAST_LOCK_URLS, STAND_IN } = process.env;

function answersAt(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}

if (STAND_IN === 'dies') process.exit(4);

const alive = setInterval(() => {}, 60_000);
const stop = (why: string) => {
  if (STAND_IN === 'stubborn') return;
  console.log(`stand-in: ${why}`);
  clearInterval(alive);
  process.disconnect?.();
};
process.once('SIGTERM', () => stop('told to stop'));
process.once('disconnect', () => stop('the launcher is gone'));

const locks = (HOLDFAST_LOCK_URLS ?? '').split(',');
await Promise.all([HOLDFAST_DATABASE_URL ?? '', HOLDFAST_REDIS_URL ?? '', ...locks].map(answersAt));
process.send?.({ type: 'ready', httpUrl: 'http://127.0.0.1:1', queuePrefix: '{stand-in}' });
