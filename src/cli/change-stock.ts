import { AppError } from '../kernel/index.ts';
import type { SagaEvent, StockOutcome } from '../saga/index.ts';
import type { Session } from './command-session.ts';
import { stockText } from './stock-text.ts';

type StockKind = 'stock-set' | 'stock-count' | 'stock-adjust' | 'stock-keep';
type StockEvent = Extract<SagaEvent, { kind: StockKind }>;
type WithoutVia<Event> = Event extends unknown ? Omit<Event, 'via'> : never;

/** Sends one change of stock through the saga and prints what there is afterwards. */
export async function changeStock(session: Session, change: WithoutVia<StockEvent>): Promise<void> {
  const { saga } = await session.app();
  const event = { ...change, via: { cause: 'cli', attempt: 1 } } as StockEvent;
  const outcome = (await saga.advance(event)) as StockOutcome;
  if (outcome.change === 'refused') {
    throw new AppError(outcome.code ?? 'refused', outcome.message ?? 'refused', {
      details: {
        goodsId: outcome.goodsId,
        available: outcome.balance.available,
        held: outcome.balance.held,
      },
    });
  }
  const { stockView } = await import('../stock/index.ts');
  const stock = stockView(outcome.balance);
  session.print(stock, () => stockText(stock));
}
