import type { Clock } from '../../kernel/index.ts';
import type { Lease, RenewAnswer } from '../lock-backend.ts';
import type { Moment } from '../lock-deadline.ts';
import type { LossReason } from '../lock-loss.ts';
import type { Look, Place } from '../wait-in-line.ts';
import type { Standing, ZooKeeperLine, ZooKeeperTicket } from './zookeeper-line.ts';

export interface ZooKeeperRoom {
  readonly line: ZooKeeperLine;
  readonly clock: Clock;
  /** Takes the nodes of a ticket away in the background, for as long as its session lives. */
  giveBack(ticket: ZooKeeperTicket): void;
}

/** A waiter's place. Its session keeps it alive. */
export class ZooKeeperPlace implements Place {
  readonly #room: ZooKeeperRoom;
  readonly #ticket: ZooKeeperTicket;
  #entered: Standing | undefined;
  #stir: () => void = () => undefined;
  /** Always the same one, so that looking again and again leaves one watch. */
  readonly #call = () => this.#stir();

  /** `entered`: how it stood when the place was taken. */
  constructor(room: ZooKeeperRoom, ticket: ZooKeeperTicket, entered: Standing) {
    this.#room = room;
    this.#ticket = ticket;
    this.#entered = entered;
  }

  async look(): Promise<Look> {
    const { line } = this.#room;
    const standing = this.#entered ?? (await line.look(this.#ticket));
    this.#entered = undefined;
    if (standing.kind === 'first') {
      const lease = new ZooKeeperLease(this.#room, this.#ticket, standing.sentAt);
      return { kind: 'granted', lease };
    }
    if (standing.kind !== 'behind') return standing;
    const { names, path } = standing;
    return { kind: 'behind', names, left: (signal) => this.#gone(path, signal) };
  }

  leave(): void {
    this.#room.giveBack(this.#ticket);
  }

  /** Ends when the node is gone, or the signal aborts. */
  #gone(path: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#stir = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) return resolve();
      void this.#room.line.watch(path, this.#call).then((isThere) => {
        if (!isThere) resolve();
      });
    });
  }
}

/** Places that come first in every line. */
export class ZooKeeperLease implements Lease {
  readonly fence: bigint;
  readonly sentAt: Moment;
  readonly #room: ZooKeeperRoom;
  readonly #ticket: ZooKeeperTicket;
  #expiry: NodeJS.Timeout | undefined;
  #unwatch: () => void = () => undefined;

  constructor(room: ZooKeeperRoom, ticket: ZooKeeperTicket, sentAt: Moment) {
    this.fence = ticket.fence;
    this.sentAt = sentAt;
    this.#room = room;
    this.#ticket = ticket;
    this.#lastUntil(sentAt);
  }

  async renew(): Promise<RenewAnswer> {
    const standing = await this.#room.line.stands(this.#ticket);
    if (standing.kind === 'unreachable') return standing;
    if (standing.kind !== 'first') return { kind: 'stolen' };
    this.#lastUntil(standing.sentAt);
    return { kind: 'renewed', sentAt: standing.sentAt };
  }

  async release(): Promise<boolean> {
    clearTimeout(this.#expiry);
    this.#unwatch();
    const confirmed = await this.#room.line.leave(this.#ticket);
    if (!confirmed) this.#room.giveBack(this.#ticket);
    return confirmed;
  }

  watch(ended: (reason: LossReason) => void): void {
    this.#unwatch = this.#ticket.life.whenOver(() => ended('disconnected'));
  }

  /**
   * The session outlives a lock that nobody renews, so that one is ended here. Should this
   * process not live to do it, the session ends too.
   */
  #lastUntil(sentAt: Moment): void {
    const { clock } = this.#room;
    clearTimeout(this.#expiry);
    const leftMs = Math.max(0, sentAt.monotonicMs + this.#ticket.ttlMs - clock.monotonicMs());
    this.#expiry = setTimeout(() => this.#room.giveBack(this.#ticket), leftMs);
    this.#expiry.unref();
  }
}
