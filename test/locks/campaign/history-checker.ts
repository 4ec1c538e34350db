import { eventsOf, type Granted, type HistoryEvent, type Written } from './lock-history.ts';

/** A timer of a busy machine is late; a process that is told is told so much later at most. */
const SLACK_MS = 150;

/** Every promise that a history breaks, in words. Pure: the same lines give the same answer. */
export function brokenPromises(events: readonly HistoryEvent[], ttlMs: number): string[] {
  return [
    ...fencesOutOfOrder(events),
    ...writesOutOfOrder(events),
    ...lostUpdates(events),
    ...refusedNewest(events),
    ...toldTooLate(events, ttlMs),
    ...actedBesideSuccessor(events),
    ...lockedForNobody(events),
  ];
}

/** Who asked after another one had been answered has the higher fence; no fence comes twice. */
export function fencesOutOfOrder(events: readonly HistoryEvent[]): string[] {
  return perName(events).flatMap(([name, holds]) => {
    const returned = holds.toSorted((a, b) => a.at - b.at);
    let highest: Granted | undefined;
    let next = 0;
    const late = holds
      .toSorted((a, b) => a.began - b.began)
      .flatMap((hold) => {
        for (let one = returned[next]; one && one.at < hold.began; one = returned[next]) {
          if (!highest || one.fence > highest.fence) highest = one;
          next += 1;
        }
        if (!highest || highest.fence < hold.fence) return [];
        return [`${name}: ${hold.hold} got ${hold.fence} after ${highest.hold} ${highest.fence}`];
      });
    const fences = holds.map(({ fence }) => fence);
    const twice = fences.filter((fence, index) => fences.indexOf(fence) !== index);
    return [...late, ...twice.map((fence) => `${name}: fence ${fence} was given twice`)];
  });
}

/** No write is taken with a fence below one that was written already. */
export function writesOutOfOrder(events: readonly HistoryEvent[]): string[] {
  const highest = new Map<string, number>();
  return accepted(events).flatMap(({ name, fence, hold }) => {
    const before = highest.get(name) ?? 0;
    highest.set(name, Math.max(before, fence));
    return fence < before ? [`${name}: ${hold} wrote with ${fence} after ${before}`] : [];
  });
}

/** Every write adds to the value of the write before it. */
export function lostUpdates(events: readonly HistoryEvent[]): string[] {
  const values = new Map<string, number>();
  return accepted(events).flatMap(({ name, base, hold }) => {
    const value = values.get(name) ?? 0;
    values.set(name, base + 1);
    return base === value ? [] : [`${name}: ${hold} wrote over ${value}, having read ${base}`];
  });
}

/** The guard may refuse a holder only for one whose fence is higher. */
export function refusedNewest(events: readonly HistoryEvent[]): string[] {
  return eventsOf(events, 'written').flatMap(({ accepted: taken, name, fence, hold }) => {
    if (taken) return [];
    const higher = eventsOf(events, 'granted').some(
      (one) => one.names.includes(name) && one.fence > fence,
    );
    return higher ? [] : [`${name}: ${hold} was refused, with the highest fence of all`];
  });
}

/** Who cannot lengthen a lock any more is told within one ttl, or as soon as it wakes up. */
export function toldTooLate(events: readonly HistoryEvent[], ttlMs: number): string[] {
  return eventsOf(events, 'ended').flatMap(({ contender, hold, how, at, extendedAt }) => {
    if (how === 'untold') return [`${hold} was never told`];
    const dueAt = awakeFrom(events, contender, extendedAt + ttlMs) + SLACK_MS;
    return at <= dueAt ? [] : [`${hold} was not told, or ${Math.round(at - dueAt)} ms too late`];
  });
}

/** Nobody acts as the holder, having just looked, once somebody else was given the lock. */
export function actedBesideSuccessor(events: readonly HistoryEvent[]): string[] {
  const holds = eventsOf(events, 'granted');
  return eventsOf(events, 'written').flatMap(({ name, fence, hold, checkedAt }) => {
    const successor = holds.find(
      (one) => one.names.includes(name) && one.fence > fence && one.at < checkedAt,
    );
    if (!successor) return [];
    const ms = Math.round(checkedAt - successor.at);
    return [`${name}: ${hold} acted as the holder ${ms} ms after ${successor.hold} was`];
  });
}

/** A request does nothing once its attempt is over. */
export function lockedForNobody(events: readonly HistoryEvent[]): string[] {
  return eventsOf(events, 'planted').map(
    ({ node, key, owner }) => `${key}: a late request locked it on node ${node} for ${owner}`,
  );
}

export interface HistoryFigures {
  readonly acquisitions: number;
  readonly writes: number;
  readonly refused: number;
  readonly losses: number;
  readonly faults: number;
}

export function figuresOf(events: readonly HistoryEvent[]): HistoryFigures {
  return {
    acquisitions: eventsOf(events, 'granted').length,
    writes: accepted(events).length,
    refused: eventsOf(events, 'written').length - accepted(events).length,
    losses: eventsOf(events, 'ended').filter(({ how }) => how === 'lost').length,
    faults: eventsOf(events, 'fault').length,
  };
}

/** This moment, or the end of the last sleep that began before it would have been noticed. */
function awakeFrom(events: readonly HistoryEvent[], contender: number, at: number): number {
  return eventsOf(events, 'stopped')
    .filter((stop) => stop.contender === contender && stop.at <= at + SLACK_MS)
    .reduce((latest, { until }) => Math.max(latest, until), at);
}

function accepted(events: readonly HistoryEvent[]): Written[] {
  return eventsOf(events, 'written').filter((write) => write.accepted);
}

function perName(events: readonly HistoryEvent[]): [string, Granted[]][] {
  const byName = new Map<string, Granted[]>();
  for (const hold of eventsOf(events, 'granted')) {
    for (const name of hold.names) byName.set(name, [...(byName.get(name) ?? []), hold]);
  }
  return [...byName];
}
