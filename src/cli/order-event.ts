import { AppError } from '../kernel/index.ts';
import type { OrderOutcome, SagaEvent } from '../saga/index.ts';
import type { Session } from './command-session.ts';
import { timeText } from './format.ts';

type WithoutVia<Event> = Event extends unknown ? Omit<Event, 'via'> : never;

/** Sends one event of an order through the saga and prints how the order stands after it. */
export async function changeOrder(session: Session, event: WithoutVia<SagaEvent>): Promise<void> {
  const { saga } = await session.app();
  const told = { ...event, via: { cause: 'cli', attempt: 1 } } as SagaEvent;
  const outcome = (await saga.advance(told)) as OrderOutcome;
  const { orderId, state, change, short, expiresAt } = outcome;
  if (change === 'refused') {
    throw new AppError(outcome.code ?? 'refused', outcome.message ?? 'refused', {
      details: { orderId, state, ...(short === undefined ? {} : { short }) },
    });
  }
  const { isoOf } = await import('../kernel/index.ts');
  const until = expiresAt === undefined ? null : isoOf(expiresAt);
  const document = { orderId, state, ...(until === null ? {} : { expiresAt: until }) };
  session.print(document, () => {
    const held = until === null ? '' : `, held until ${timeText(until)}`;
    return `${orderId}: ${state}${held}${change === 'unchanged' ? ', as before' : ''}`;
  });
}
