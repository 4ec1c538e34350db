import { AppError, messageOf } from '../kernel/index.ts';
import type { PlacedOrder } from '../queues/index.ts';
import { type PlaceAnswer, placeOrders } from './place-orders.ts';
import type { Session } from './command-session.ts';
import { fileLines } from '../records/index.ts';
import { badLines } from './bad-lines.ts';

const BATCH = 500;
const SHOWN_MAX = 20;

/** Places the orders of a file, one JSON object to a line; of a file with a bad line, none. */
export async function placeFromFile(
  session: Session,
  path: string,
  wait: boolean,
): Promise<PlaceAnswer[]> {
  const { orderPlaced } = await import('../queues/index.ts');
  const orders = await checkedOrders(path, orderPlaced.entry);
  const app = await session.app();
  const answers: PlaceAnswer[] = [];
  for (let from = 0; from < orders.length; from += BATCH) {
    answers.push(...(await placeOrders(app, orders.slice(from, from + BATCH), wait)));
    session.say(`placed ${answers.length} of ${orders.length}`);
  }
  return answers;
}

async function checkedOrders(
  path: string,
  check: (value: unknown) => PlacedOrder,
): Promise<PlacedOrder[]> {
  const orders: PlacedOrder[] = [];
  const problems: { line: number; problem: string }[] = [];
  let bad = 0;
  for await (const { number, text } of fileLines(path)) {
    try {
      orders.push(check(JSON.parse(text)));
    } catch (error) {
      bad += 1;
      if (bad <= SHOWN_MAX) problems.push({ line: number, problem: messageOf(error) });
    }
  }
  if (bad > 0) throw badLines(path, bad, problems);
  if (orders.length > 0) return orders;
  throw new AppError('invalid-file', `${path} has no lines; each must be an order as JSON`);
}
