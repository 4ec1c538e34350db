import type { Clock } from '../kernel/index.ts';
import type { Entry } from './entry.ts';

/** What this process has seen a moment ago; the ones not asked for longest go first. */
export class NearLayer {
  private readonly clock: Clock;
  private readonly room: number;
  private readonly kept = new Map<string, { readonly entry: Entry; readonly untilMs: number }>();

  constructor(clock: Clock, room: number) {
    this.clock = clock;
    this.room = room;
  }

  get(key: string): Entry | undefined {
    const found = this.kept.get(key);
    if (!found) return undefined;
    this.kept.delete(key);
    if (this.clock.monotonicMs() >= found.untilMs) return undefined;
    this.kept.set(key, found); // a Map keeps the order of insertion: now it is the newest
    return found.entry;
  }

  put(key: string, entry: Entry, lifeMs: number): void {
    if (lifeMs <= 0) return;
    this.kept.delete(key);
    this.kept.set(key, { entry, untilMs: this.clock.monotonicMs() + lifeMs });
    if (this.kept.size <= this.room) return;
    const oldest = this.kept.keys().next();
    if (!oldest.done) this.kept.delete(oldest.value);
  }

  drop(key: string): void {
    this.kept.delete(key);
  }
}
