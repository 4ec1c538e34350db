import type { OrderTraces, OrderView } from './answers.ts';
import { amountText } from './order-marks.ts';
import { msOf } from './reader-clock.ts';

export interface Moment {
  readonly at: string;
  readonly atMs: number;
  readonly kind: 'step' | 'movement' | 'payment' | 'notice' | 'act';
  readonly title: string;
  readonly details: string;
}

/** Of what happened in the same instant, this came first. */
const RANKS: readonly Moment['kind'][] = ['act', 'step', 'movement', 'payment', 'notice'];

/** Everything that happened to an order, from every table that knows of it, in order of time. */
export function momentsOf(order: OrderView, traces: OrderTraces): readonly Moment[] {
  const all = [
    ...stepsOf(order),
    ...paymentsOf(order),
    ...movementsOf(traces),
    ...noticesOf(traces),
    ...actsOf(traces),
  ];
  return all
    .map((one) => ({ ...one, atMs: msOf(one.at) }))
    .toSorted(
      (one, other) => one.atMs - other.atMs || RANKS.indexOf(one.kind) - RANKS.indexOf(other.kind),
    );
}

type Untimed = Omit<Moment, 'atMs'>;

function stepsOf({ history }: OrderView): Untimed[] {
  return history.map(({ step, event, from, to, cause, attempt, at }) => ({
    at,
    kind: 'step',
    title: stepTitle(event, from, to),
    details: joined(
      `step ${step}`,
      from === null || from === to ? '' : `from ${from}`,
      `by ${cause}`,
      attempt > 1 ? `attempt ${attempt}` : '',
    ),
  }));
}

function stepTitle(event: string, from: string | null, to: string): string {
  if (from === to) return `${event}: still ${to}`;
  return event === to ? event : `${event}: ${to}`;
}

function paymentsOf({ payments }: OrderView): Untimed[] {
  return payments.map((payment) => ({
    at: payment.at,
    kind: 'payment',
    title: `payment ${payment.paymentId}: ${payment.state}`,
    details: joined(amountText(payment), payment.reason ?? ''),
  }));
}

function movementsOf({ movements }: OrderTraces): Untimed[] {
  return movements.map(({ at, kind, quantity, goodsId, version, fence }) => ({
    at,
    kind: 'movement',
    title: `${kind} ${quantity} of goods ${goodsId}`,
    details: joined(
      `movement ${version}`,
      fence === null ? 'under row locks alone' : `lock number ${fence}`,
    ),
  }));
}

function noticesOf({ notices }: OrderTraces): Untimed[] {
  return notices.map(({ at, kind, state, attempts, lastStatus, lastError }) => ({
    at,
    kind: 'notice',
    title: `notice ${kind}: ${state}`,
    details: joined(
      attempts > 0 ? `${attempts} attempts` : '',
      lastStatus === null ? '' : `last answer ${lastStatus}`,
      lastError ?? '',
    ),
  }));
}

function actsOf({ acts }: OrderTraces): Untimed[] {
  return acts.map(({ at, act, actor, reason, result }) => ({
    at,
    kind: 'act',
    title: `${act}: ${reason}`,
    details: joined(`by ${actor}`, result ?? 'not known how it ended'),
  }));
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(', ');
}
