import type { OrderRow, StepRow } from '../database-dump.ts';
import { type Broken, type Evidence, groupBy } from './verdict.ts';

/** Every step there is, as docs/reference/states.md has it: `from event to`. */
const LEGAL = new Set([
  '- placed placed',
  '- payment awaited',
  '- cancel awaited',
  'awaited placed placed',
  'awaited payment awaited',
  'awaited cancel awaited',
  'placed payment placed',
  'placed reserve reserved',
  'placed reserve rejected',
  'placed cancel cancelled',
  'reserved payment paid',
  'reserved payment reserved',
  'reserved due expired',
  'reserved cancel cancelled',
  'expired reserve reserved',
  'expired payment expired',
  'rejected payment rejected',
  'paid payment paid',
  'cancelled payment cancelled',
]);

/** S15: the history of each order is a path of the states, numbered from 1, to where it is. */
export function checkPaths({ dump }: Evidence): Broken[] {
  const stepsOf = groupBy(dump.steps, ({ seq }) => seq);
  return dump.orders.flatMap((order) =>
    faultsOf(order, stepsOf.get(order.seq) ?? []).map((what) => ({
      id: 'S15',
      what: `${order.orderId} ${what}`,
    })),
  );
}

function faultsOf(order: OrderRow, steps: readonly StepRow[]): string[] {
  const faults: string[] = [];
  let state: string | null = null;
  for (const [index, { step, event, from, to }] of steps.entries()) {
    if (step !== index + 1) faults.push(`has step ${step} in the place of ${index + 1}`);
    if (from !== state) faults.push(`step ${step} begins in ${from}, it was ${state}`);
    if (!LEGAL.has(`${from ?? '-'} ${event} ${to}`)) {
      faults.push(`went from ${from} by ${event} to ${to}`);
    }
    // Reserved again means: paid in the same moment. A hold that nobody pays would hang.
    const [next] = steps.slice(index + 1);
    if (from === 'expired' && to === 'reserved' && next?.to !== 'paid') {
      faults.push('was reserved again, and not paid with it');
    }
    state = to;
  }
  if (state !== order.state) faults.push(`is ${order.state}, its history ends in ${state}`);
  if (steps.length !== order.version) {
    faults.push(`is at version ${order.version} after ${steps.length} steps`);
  }
  return faults;
}
