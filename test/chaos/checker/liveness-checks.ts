import type { DeadLetterRow } from '../database-dump.ts';
import type { Broken, Evidence } from './verdict.ts';

/** What a dead letter may be about: what the world has sent wrong on purpose, and refusals. */
const EXPECTED = new Set(['invalid-input', 'unknown-job', 'payment-conflict', 'order-conflict']);

/** S14, S23: after all is healed nothing hangs, nobody waits, and nobody died in silence. */
export function checkLiveness({ dump, events, unanswered }: Evidence): Broken[] {
  const broken: Broken[] = [];
  const say = (id: string, what: string) => void broken.push({ id, what });
  if (unanswered > 0) say('S14', `${unanswered} operations got no answer after all was healed`);
  for (const { orderId, state, isDue, reason } of dump.orders) {
    if (state === 'placed') say('S14', `${orderId} is placed, and nobody has decided`);
    if (state === 'reserved') say('S14', `${orderId} still holds goods${isDue ? ', overdue' : ''}`);
    if (reason === 'unknown-goods') say('S14', `${orderId}: its goods were taken for unknown`);
  }
  for (const letter of dump.deadLetters) {
    if (!isExpected(letter)) say('S14', `a dead letter: ${letter.code}, ${letter.message}`);
  }
  for (const event of events) if (event.ty === 'exit') say('S23', event.e);
  return broken;
}

function isExpected({ code }: DeadLetterRow): boolean {
  return EXPECTED.has(code);
}
