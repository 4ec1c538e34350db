import { AppError } from '../../kernel/index.ts';
import { counted } from '../format.ts';
import { jsonIn, lineIn, numberIn, textIn } from '../given.ts';
import { outcomeText } from '../order-text.ts';
import type { Options, Plan } from '../plan.ts';
import { placeFromFile } from '../place-file.ts';
import { type PlaceAnswer, placeOrders, refusalOf } from '../place-orders.ts';

export const orderPlace: Plan = {
  name: 'place',
  takes: '[orderId]',
  summary: 'Place an order and say whether its goods are held',
  more: 'The order is in the database before the answer. The same id gets the same answer.',
  options: [
    ['--line <goods:quantity...>', 'what is wanted; once for each line'],
    ['--buyer <buyerId>', 'who asks'],
    ['--replaces <orderId>', 'an unpaid order of the same buyer, cancelled with this one'],
    ['--amount <cents>', 'what it costs, in minor units'],
    ['--currency <code>', 'in which currency, such as EUR'],
    ['--hold-seconds <seconds>', 'how long the goods are held unpaid'],
    ['--metadata <json>', 'anything else, as a JSON object'],
    ['--file <orders.ndjson>', 'many orders, one JSON object to a line'],
    ['--no-wait', 'do not wait until the order is decided'],
  ],
  examples: [
    'holdfast order place order-1 --line 7:2 --line 8:1 --buyer ann --amount 2590 --currency EUR',
    'holdfast order place --file orders.ndjson --json',
  ],
  act: async (session, [orderId], options) => {
    const wait = options['wait'] !== false;
    const file = textIn(options, 'file');
    if (file !== undefined) {
      if (orderId !== undefined || options['line'] !== undefined) {
        throw new AppError('wrong-use', 'give either an order with its lines, or --file, not both');
      }
      const answers = await placeFromFile(session, file, wait);
      session.print({ orders: answers }, () => manyText(answers));
      for (const refusal of answers.flatMap(refusalOf)) session.refuse(refusal);
      return;
    }
    const { orderPlaced } = await import('../../queues/index.ts');
    const order = orderPlaced.entry(candidateFrom(orderId, options));
    const [answer] = await placeOrders(await session.app(), [order], wait);
    if (answer && !('error' in answer)) session.print(answer, () => outcomeText(answer));
    for (const refusal of answer ? refusalOf(answer) : []) session.refuse(refusal);
  },
};

function candidateFrom(orderId: unknown, options: Options): Record<string, unknown> {
  const lines = (options['line'] ?? []) as readonly string[];
  const given = {
    orderId,
    lines: lines.map(lineIn),
    buyerId: options['buyer'],
    replaces: options['replaces'],
    amount: numberIn(options['amount']),
    currency: options['currency'],
    holdSeconds: numberIn(options['holdSeconds']),
    metadata: jsonIn('metadata', textIn(options, 'metadata')),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function manyText(answers: readonly PlaceAnswer[]): string {
  const counts = new Map<string, number>();
  for (const answer of answers) {
    const state = 'error' in answer ? 'refused' : answer.state;
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  const states = [...counts].map(([state, count]) => `${count} ${state}`);
  return `${counted(answers.length, 'order')}: ${states.join(', ')}`;
}
