import type { Clock, Logger } from '../../kernel/index.ts';
import { messageOf } from '../../kernel/index.ts';
import type { PinnedSession } from '../../mysql/index.ts';
import type { LockUnreachable } from '../lock.ts';
import type { Lease, RenewAnswer } from '../lock-backend.ts';
import { type Moment, momentOf } from '../lock-deadline.ts';
import type { LossReason } from '../lock-loss.ts';
import { releaseLocks, stillHeld } from './database-locks-store.ts';

/** What a lease needs of the room that it was granted in. */
export interface DatabaseRoom {
  readonly silentSeconds: number;
  readonly attemptTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  trips: number;
  give(session: PinnedSession): void;
  unreachable(error: unknown): LockUnreachable;
}

export interface DatabaseGrant {
  readonly session: PinnedSession;
  readonly keys: readonly string[];
  readonly ttlMs: number;
  readonly fence: bigint;
  readonly sentAt: Moment;
}

/** Locks that one session of the server has. The session's end is theirs, and is told at once. */
export class DatabaseLease implements Lease {
  readonly fence: bigint;
  readonly sentAt: Moment;
  readonly #room: DatabaseRoom;
  readonly #grant: DatabaseGrant;
  #isReleased = false;

  constructor(room: DatabaseRoom, grant: DatabaseGrant) {
    this.fence = grant.fence;
    this.sentAt = grant.sentAt;
    this.#room = room;
    this.#grant = grant;
  }

  watch(ended: (reason: LossReason) => void): void {
    this.#grant.session.onEnd(() => {
      if (!this.#isReleased) ended('disconnected');
    });
  }

  async renew(): Promise<RenewAnswer> {
    const { session, keys, ttlMs } = this.#grant;
    const sentAt = momentOf(this.#room.clock);
    this.#room.trips += 1;
    try {
      // A late answer is no reason to end a session that may still be well.
      const isMine = await stillHeld(session, keys, ttlMs / 4);
      return isMine ? { kind: 'renewed', sentAt } : { kind: 'stolen' };
    } catch (error) {
      return this.#room.unreachable(error);
    }
  }

  async release(): Promise<boolean> {
    const { session } = this.#grant;
    this.#isReleased = true;
    if (!session.alive) return true;
    this.#room.trips += 1;
    try {
      await releaseLocks(session, this.#room.silentSeconds, this.#room.attemptTimeoutMs);
      this.#room.give(session);
      return true;
    } catch (error) {
      const facts = { error: messageOf(error) };
      this.#room.logger.warn('a connection that held a lock is ended, to free it', facts);
      session.destroy();
      return false;
    }
  }
}
