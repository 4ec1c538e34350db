import { type DatabaseTime, millisOf } from '../kernel/index.ts';
import type { SagaEvent } from './event.ts';
import type { World } from './world.ts';

/**
 * Says where to look next. A nudge is a courtesy: it may be lost, late or doubled, and the sweep
 * finds what it would have told. So nothing here is waited for and nothing here can fail a batch.
 */
export interface Nudges {
  /** These orders are placed and want their goods. */
  reserve(orderIds: readonly string[]): void;
  /** At these whole seconds (since 1970) holds come to their end; `now` is the database's clock. */
  wakeAt(seconds: readonly number[], now: DatabaseTime): void;
}

export const noNudges: Nudges = { reserve: () => undefined, wakeAt: () => undefined };

export function nudgeAfter(world: World, events: readonly SagaEvent[], nudges: Nudges): void {
  const followedUp = new Set(
    events.flatMap((event) =>
      event.kind === 'placed' && event.followedUp ? [event.order.orderId] : [],
    ),
  );
  const placed: string[] = [];
  const ends = new Set<DatabaseTime>();
  for (const order of world.changedOrders()) {
    const { state, orderId } = order;
    if (state === 'placed' && !followedUp.has(orderId)) placed.push(orderId);
    const isNew = order.due === 'at-expiry' || order.due === 'as-extended';
    if (state === 'reserved' && isNew && order.expiresAt) ends.add(order.expiresAt);
  }
  if (placed.length > 0) nudges.reserve(placed);
  if (ends.size === 0) return;
  const { graceSeconds = 0 } = world.rules;
  const seconds = new Set([...ends].map((end) => Math.ceil(millisOf(end) / 1000) + graceSeconds));
  nudges.wakeAt([...seconds], world.facts.now);
}
