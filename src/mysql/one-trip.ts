type Send<Value> = (text: string, values: readonly Value[]) => Promise<unknown>;

interface Waiting<Value> {
  readonly text: string;
  readonly values: readonly Value[];
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Far below the packet that every server we accept takes, even if each character is escaped. */
const TRIP_MAX = 2_000_000;

/**
 * Statements that are asked for in one turn go to the server together, in the order they were
 * asked. A busy process gets round to an answer only every few milliseconds, so it is the trips
 * that make a transaction on a hot row long, not the statements. When one fails, none of those
 * after it is done, and all of its trip are told. What is too long for one packet goes in several.
 */
export function inOneTrip<Value>(send: Send<Value>): Send<Value> {
  let waiting: Waiting<Value>[] = [];
  const sendWaiting = async (): Promise<void> => {
    const all = waiting;
    waiting = [];
    let told = 0;
    try {
      for (const trip of tripsOf(all)) {
        const results = await sendTrip(send, trip);
        for (const [index, { resolve }] of trip.entries()) resolve(results[index]);
        told += trip.length;
      }
    } catch (error) {
      for (const { reject } of all.slice(told)) reject(error);
    }
  };
  return (text, values) =>
    new Promise((resolve, reject) => {
      const first = waiting.push({ text, values, resolve, reject }) === 1;
      if (first) queueMicrotask(() => void sendWaiting());
    });
}

async function sendTrip<Value>(
  send: Send<Value>,
  trip: readonly Waiting<Value>[],
): Promise<readonly unknown[]> {
  const text = trip.map((one) => one.text).join(';\n');
  const values = trip.flatMap((one) => one.values);
  const result = await send(text, values);
  return trip.length === 1 ? [result] : (result as readonly unknown[]);
}

function tripsOf<Value>(all: readonly Waiting<Value>[]): Waiting<Value>[][] {
  const trips: Waiting<Value>[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const one of all) {
    const own = one.text.length + lengthOf(one.values);
    length += own;
    if (length <= TRIP_MAX) trips.at(-1)?.push(one);
    else {
      trips.push([one]);
      length = own;
    }
  }
  return trips;
}

/** Roughly how long a value becomes as text; anything but text and lists is short. */
function lengthOf(value: unknown): number {
  if (typeof value === 'string') return value.length + 4;
  if (!Array.isArray(value)) return 12;
  let sum = 0;
  for (const one of value) sum += lengthOf(one);
  return sum;
}

/** Waits for all to end before it throws: none may still write when a transaction goes back. */
export async function together(parts: readonly Promise<unknown>[]): Promise<void> {
  for (const one of await Promise.allSettled(parts)) {
    if (one.status === 'rejected') throw one.reason;
  }
}
