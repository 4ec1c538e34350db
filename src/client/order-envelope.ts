import type { Passenger } from './envelopes.ts';
import { HoldfastError } from './holdfast-error.ts';
import type { AskServer, Reply } from './http-server.ts';
import { errorIn, failureOf, isFailure, placedIn, triedOf } from './replies.ts';
import type { PlaceAnswer } from './shop-words.ts';
import type { Tried } from './tried.ts';

/** An order as JSON text: written once, for its size and for every try. */
export interface WrittenOrder {
  readonly orderId: string;
  readonly json: string;
}

type Passengers = readonly Passenger<WrittenOrder>[];

/** What may be the fault of one of them: it must not be the fate of all. */
const BLAMES_CONTENT: ReadonlySet<number> = new Set([400, 413, 422]);

/** Places the orders of one envelope; one order on its own goes as a plain call. */
export async function placeOrders(
  ask: AskServer,
  token: string | undefined,
  passengers: Passengers,
  waitMs: number,
): Promise<readonly Tried<PlaceAnswer>[]> {
  const lives = passengers.map(({ life }) => life);
  const about = { method: 'POST', token, waitMs } as const;
  const query = waitMs > 0 ? `?wait=${waitText(waitMs)}` : '';
  const [first, ...others] = passengers;
  if (first && others.length === 0) {
    const body = first.item.json;
    return [triedOf(await ask({ ...about, path: `v1/orders${query}`, body }, lives), placedIn)];
  }
  const body = `{"orders":[${passengers.map(({ item }) => item.json).join(',')}]}`;
  const heard = await ask({ ...about, path: `v1/orders/batch${query}`, body }, lives);
  if (isFailure(heard)) return passengers.map(() => heard);
  if (BLAMES_CONTENT.has(heard.status)) {
    const middle = Math.ceil(passengers.length / 2);
    const halves = [passengers.slice(0, middle), passengers.slice(middle)];
    const tried = await Promise.all(halves.map((half) => placeOrders(ask, token, half, waitMs)));
    return tried.flat();
  }
  return answersIn(heard, passengers);
}

function answersIn(reply: Reply, passengers: Passengers): readonly Tried<PlaceAnswer>[] {
  const { answers } = reply.body;
  if (reply.status >= 300 || !Array.isArray(answers)) return passengers.map(() => failureOf(reply));
  return passengers.map(({ item: { orderId } }, index) => {
    const body = answers[index] as Readonly<Record<string, unknown>> | null | undefined;
    const status = body?.['status'];
    const isMine = body?.['orderId'] === orderId || isNotValid(body);
    if (!body || !isMine || typeof status !== 'number') {
      return { failed: notMine(orderId, reply.status), chance: reply.chance };
    }
    const done = placedIn({ status, body });
    return done ? { done } : { ...reply, failed: errorIn({ status, body }) };
  });
}

/** Of an order that could not be read not even the id is known. */
function isNotValid(body: Readonly<Record<string, unknown>> | null | undefined): boolean {
  return body?.['orderId'] === null && body['status'] === 400;
}

/** The server takes milliseconds of up to four digits, and whole seconds. */
function waitText(waitMs: number): string {
  return waitMs < 10_000 ? `${waitMs}ms` : `${Math.ceil(waitMs / 1000)}s`;
}

function notMine(orderId: string, status: number): HoldfastError {
  return new HoldfastError('bad-answer', `the answer of the batch does not speak of ${orderId}`, {
    status,
    details: { orderId },
  });
}
