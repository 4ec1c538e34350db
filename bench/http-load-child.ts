/** Plays callers over real sockets, in a process of its own as callers are. */
import autocannon from 'autocannon';
import { pause } from '../src/kernel/index.ts';
import type { HttpLoad, LoadAnswer } from './http-load.ts';
import { percentilesOf } from './percentiles.ts';

/** A paced client sends all of a second's requests at its beginning, so many clients share them. */
const PACED_CLIENTS = 64;

interface Tally {
  readonly latencies: number[];
  readonly statuses: Record<string, number>;
  errors: number;
  endedAt: number;
}

async function run(load: HttpLoad): Promise<LoadAnswer> {
  const tally: Tally = { latencies: [], statuses: {}, errors: 0, endedAt: 0 };
  const body = bodiesOf(load);
  const startedAt = performance.now();
  if (load.perSecond === null) await send(load, body, tally);
  else await sendPaced(load, load.perSecond, body, tally);
  const { statuses, errors } = tally;
  const seconds = (tally.endedAt - startedAt) / 1000;
  return { seconds, ...percentilesOf(tally.latencies), statuses, errors };
}

/** Never the same order twice, whichever client asks for the next. */
function bodiesOf({ run: name, goodsId, ordersInEach }: HttpLoad): () => string {
  let next = 0;
  const order = () => {
    next += 1;
    return { orderId: `${name}-${next}`, lines: [{ goodsId, quantity: 1 }] };
  };
  return () =>
    JSON.stringify(
      ordersInEach === 1 ? order() : { orders: Array.from({ length: ordersInEach }, order) },
    );
}

/** Spread over the second: the clients begin one after the other, and keep their distance. */
async function sendPaced(
  load: HttpLoad,
  perSecond: number,
  body: () => string,
  tally: Tally,
): Promise<void> {
  const each = {
    ...load,
    perSecond: Math.max(1, Math.round(perSecond / PACED_CLIENTS)),
    requests: Math.ceil(load.requests / PACED_CLIENTS),
    connections: Math.ceil(load.connections / PACED_CLIENTS),
  };
  await Promise.all(
    Array.from({ length: PACED_CLIENTS }, async (_, index) => {
      await pause((index * 1000) / PACED_CLIENTS);
      await send(each, body, tally);
    }),
  );
}

async function send(load: HttpLoad, body: () => string, tally: Tally): Promise<void> {
  const { url, token, requests, connections, perSecond } = load;
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const client = autocannon(
      {
        url,
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        requests: [{ setupRequest: (request) => ({ ...request, body: body() }) }],
        amount: requests,
        connections: Math.min(connections, requests),
        ...(perSecond === null ? {} : { overallRate: perSecond }),
        sampleInt: 50,
        timeout: 30,
      },
      (error: Error | null, done) => (error ? reject(error) : resolve(done)),
    );
    client.on('response', (_, status, __, ms) => {
      tally.latencies.push(ms);
      tally.statuses[status] = (tally.statuses[status] ?? 0) + 1;
      tally.endedAt = performance.now();
    });
  });
  tally.errors += result.errors;
}

function fail(error: unknown): never {
  process.stderr.write(`load: ${String((error as Error).stack)}\n`);
  process.exit(1);
}

process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.on('message', (load: HttpLoad) => {
  run(load).then((answer) => process.send?.({ type: 'load', ...answer }), fail);
});
process.send?.({ type: 'ready' });
