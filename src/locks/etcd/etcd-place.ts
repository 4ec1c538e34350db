import type { Lease, RenewAnswer } from '../lock-backend.ts';
import { type Moment, momentOf } from '../lock-deadline.ts';
import type { Look, Place } from '../wait-in-line.ts';
import type { EtcdGateway } from './etcd-gateway.ts';
import type { EtcdLine } from './etcd-line.ts';
import type { EtcdTicket } from './etcd-ticket.ts';
import { watchKey } from './etcd-watch.ts';

export interface EtcdRoom {
  readonly gateway: EtcdGateway;
  readonly line: EtcdLine;
  /** Ends a ticket in the background, for as long as it could live. */
  giveBack(ticket: EtcdTicket): void;
}

/** A waiter's place. Its lease has to be kept alive as a holder's has. */
export class EtcdPlace implements Place {
  readonly #room: EtcdRoom;
  readonly #ticket: EtcdTicket;

  constructor(room: EtcdRoom, ticket: EtcdTicket) {
    this.#room = room;
    this.#ticket = ticket;
  }

  async look(): Promise<Look> {
    const { gateway, line } = this.#room;
    const ticket = this.#ticket;
    const ageMs = momentOf(gateway.clock).monotonicMs - ticket.sentAt.monotonicMs;
    if (ageMs > ticket.ttlMs / 3) {
      const kept = await line.keepAlive(ticket);
      if (kept === 'gone') return { kind: 'gone' };
      if (kept !== 'kept') return kept;
    }
    const standing = await line.look(ticket);
    if (standing.kind === 'first') {
      return { kind: 'granted', lease: new EtcdLease(this.#room, ticket) };
    }
    if (standing.kind !== 'behind') return standing;
    const { key, since } = standing;
    const left = (signal: AbortSignal) => watchKey(gateway.speaker, key, since, signal);
    return { kind: 'behind', names: standing.names, left };
  }

  leave(): void {
    this.#room.giveBack(this.#ticket);
  }
}

/** Places that come first in every line. */
export class EtcdLease implements Lease {
  readonly fence: bigint;
  readonly sentAt: Moment;
  readonly #room: EtcdRoom;
  readonly #ticket: EtcdTicket;

  constructor(room: EtcdRoom, ticket: EtcdTicket) {
    this.fence = ticket.fence;
    this.sentAt = ticket.sentAt;
    this.#room = room;
    this.#ticket = ticket;
  }

  async renew(): Promise<RenewAnswer> {
    const { line } = this.#room;
    const [kept, standing] = await Promise.all([
      line.keepAlive(this.#ticket),
      line.stands(this.#ticket),
    ]);
    if (kept === 'gone' || standing.kind === 'gone') return { kind: 'stolen' };
    if (kept !== 'kept') return kept;
    if (standing.kind === 'unreachable') return standing;
    return { kind: 'renewed', sentAt: this.#ticket.sentAt };
  }

  /** Ending the lease takes all places away at once, and only them: they were never another's. */
  async release(): Promise<boolean> {
    const confirmed = await this.#room.line.revoke(this.#ticket);
    if (!confirmed) this.#room.giveBack(this.#ticket);
    return confirmed;
  }
}
