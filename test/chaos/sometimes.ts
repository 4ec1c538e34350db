import { attemptsOf, type ChaosEvent } from './chaos-history.ts';
import type { NemesisCounts } from './chaos-nemesis.ts';
import { groupBy } from './checker/verdict.ts';
import type { Dump } from './database-dump.ts';

/** What must have happened at least once in a campaign, or its silence proves nothing. */
export const SOMETIMES = {
  redelivered: 'an effect of a job that was delivered again',
  'duplicates suppressed': 'the same asked again after it was done, and done once',
  'sent again': 'a producer that could not see its order sent it again',
  'stale fence refused': 'a write refused because a later lock number was seen',
  'quorum unreachable': 'a batch that went on under row locks alone',
  'lock busy': 'a lock that somebody else held',
  'released by sweep': 'goods released by the sweep of a worker',
  'released by alarm': 'goods released by an alarm',
  'commit unknown: yes': 'a COMMIT that was done and nobody was told',
  'commit unknown: no': 'a COMMIT that never arrived',
  'batch retried': 'a batch that was tried again',
  deadlocks: 'a deadlock that the database resolved',
  'late payment reserved again': 'goods reserved and sold after the hold had ended',
  'late payment refunded': 'a late payment whose goods were gone',
  'early payment': 'a payment that waited for its order',
  'cancel before the order': 'an order that was cancelled when it came',
  'sold out': 'an order that was rejected',
  'unknown answers': 'a caller who was not told',
  'refused for content': 'an order id that came again with other content',
  'dead letters': 'what could not be done was kept for a person',
} as const;

export type Sometimes = Record<keyof typeof SOMETIMES, number>;

export interface Counted {
  readonly events: readonly ChaosEvent[];
  readonly dump: Dump;
  readonly nemesis: NemesisCounts;
  /** Sums over all lives of all processes. */
  readonly stats: ReadonlyMap<string, number>;
  readonly resent: number;
}

export function countSometimes(counted: Counted): Sometimes {
  const { dump, nemesis, stats, resent, events } = counted;
  const { steps, payments, orders } = dump;
  const attempts = attemptsOf(events);
  const count = <Row>(rows: readonly Row[], holds: (row: Row) => boolean) =>
    rows.filter(holds).length;
  const told = groupBy(
    attempts.filter(({ ty }) => ty === 'ok'),
    ({ f, key }) => `${f} ${key}`,
  );
  const again = (['order.place', 'order.pay', 'stock.adjust', 'order.cancel'] as const).flatMap(
    (f) => [...told].filter(([name]) => name.startsWith(f)).map(([, all]) => all.length - 1),
  );
  const lateOf = new Set(
    orders.filter(({ state, holds }) => state === 'expired' && holds > 0).map(({ seq }) => seq),
  );
  const expired = (cause: string) =>
    count(steps, (step) => step.to === 'expired' && step.event === 'due' && step.cause === cause);
  return {
    redelivered: count(steps, ({ attempt }) => attempt > 1),
    'duplicates suppressed': again.reduce((sum, more) => sum + more, 0),
    'sent again': resent,
    'stale fence refused': stats.get('fenceRefused') ?? 0,
    'quorum unreachable': stats.get('lockUnreachable') ?? 0,
    'lock busy': stats.get('lockBusy') ?? 0,
    'released by sweep': expired('sweep'),
    'released by alarm': expired('alarm'),
    'commit unknown: yes': nemesis.commitsSwallowed,
    'commit unknown: no': nemesis.commitsCut,
    'batch retried': stats.get('retries') ?? 0,
    deadlocks: nemesis.deadlocks,
    'late payment reserved again': count(
      orders,
      ({ holds, state }) => holds > 1 && state === 'paid',
    ),
    'late payment refunded': count(
      payments,
      ({ reason, seq }) => reason === 'sold-out' && lateOf.has(seq),
    ),
    'early payment': count(steps, ({ detail }) => detail?.['became'] === 'early'),
    'cancel before the order': count(
      steps,
      ({ from, event, to }) => event === 'cancel' && to === 'awaited' && from !== 'placed',
    ),
    'sold out': count(orders, ({ reason }) => reason === 'sold-out'),
    'unknown answers': count(attempts, ({ ty }) => ty === 'info'),
    'refused for content': count(
      attempts,
      ({ ty, e }) => ty === 'fail' && /order-conflict/.test(e),
    ),
    'dead letters': dump.deadLetters.length,
  };
}

export function never(total: Sometimes): string[] {
  return Object.entries(total)
    .filter(([, times]) => times === 0)
    .map(([name]) => name);
}

export function summed(all: readonly Sometimes[]): Sometimes {
  const names = Object.keys(SOMETIMES) as (keyof Sometimes)[];
  return Object.fromEntries(
    names.map((name) => [name, all.reduce((sum, one) => sum + one[name], 0)]),
  ) as Sometimes;
}
