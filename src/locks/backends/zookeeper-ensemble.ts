import type { LockGuarantee, LockView } from '../lock.ts';
import type {
  AcquireAnswer,
  BackendOptions,
  LockBackend,
  TryAsk,
  WaitAsk,
} from '../lock-backend.ts';
import { lockAborted, locksClosed, notReached } from '../lock-errors.ts';
import { OwedEnds } from '../owed-ends.ts';
import { serverList } from '../server-list.ts';
import { WaitInLine } from '../wait-in-line.ts';
import { type Entered, ZooKeeperLine, type ZooKeeperTicket } from '../zookeeper/zookeeper-line.ts';
import {
  ZooKeeperLease,
  ZooKeeperPlace,
  type ZooKeeperRoom,
} from '../zookeeper/zookeeper-place.ts';
import { ZooKeeperSession } from '../zookeeper/zookeeper-session.ts';
import { inspectZooKeeper, type ViewRequest } from '../zookeeper/zookeeper-view.ts';

type EnteredTicket =
  | (Extract<Entered, { kind: 'in' }> & { readonly ticket: ZooKeeperTicket })
  | Exclude<Entered, { kind: 'in' }>;

/** Locks on a ZooKeeper ensemble, which agrees on every change by majority. */
export class ZooKeeperEnsemble implements LockBackend {
  readonly guarantee: LockGuarantee = 'consensus';
  readonly #session: ZooKeeperSession;
  readonly #line: ZooKeeperLine;
  readonly #waiting: WaitInLine;
  readonly #room: ZooKeeperRoom;
  readonly #view: ViewRequest;

  constructor(options: BackendOptions) {
    const { prefix, ttlMs, clock, random, logger } = options;
    const { servers, account } = serverList(options.urls, 2181);
    const timeoutMs = Math.min(options.attemptTimeoutMs, Math.floor(ttlMs / 2));
    const rules = { servers, account, ttlMs, timeoutMs, clock, random, logger };
    this.#session = new ZooKeeperSession(rules);
    this.#line = new ZooKeeperLine(this.#session, prefix, account ? 'our account' : 'anyone');
    this.#waiting = new WaitInLine(options);
    const owed = new OwedEnds<ZooKeeperTicket>({
      end: (ticket) => this.#line.leave(ticket),
      isOver: ({ life }) => life.isOver,
      isClosed: () => this.#session.isClosed,
    });
    this.#room = { line: this.#line, clock, giveBack: (ticket) => owed.add(ticket) };
    this.#view = { session: this.#session, servers, prefix, timeoutMs };
  }

  get trips(): number {
    return this.#session.trips;
  }

  async tryAcquire(names: readonly string[], ask: TryAsk): Promise<AcquireAnswer> {
    const entry = await this.#enter(names, ask, true);
    if (entry.kind === 'unreachable') return entry;
    if (entry.kind === 'busy') return this.#waiting.busy(entry.names);
    const { ticket, standing } = entry;
    if (standing.kind === 'first') {
      const lease = new ZooKeeperLease(this.#room, ticket, standing.sentAt);
      return { kind: 'granted', lease };
    }
    this.#room.giveBack(ticket);
    if (standing.kind === 'behind') return this.#waiting.busy(standing.names);
    if (standing.kind === 'unreachable') return standing;
    return notReached('the session ended before the lock was taken');
  }

  async acquire(names: readonly string[], ask: WaitAsk): Promise<AcquireAnswer> {
    if (ask.signal?.aborted) throw lockAborted(names, ask.signal.reason);
    const answer = await this.tryAcquire(names, ask);
    if (answer.kind !== 'busy' || ask.timeoutMs === 0) return answer;
    return this.#waiting.acquire(names, ask, async () => {
      const entry = await this.#enter(names, ask, false);
      if (entry.kind === 'in') return new ZooKeeperPlace(this.#room, entry.ticket, entry.standing);
      if (entry.kind === 'unreachable') return entry;
      throw new Error('a line that anybody may enter was busy'); // only a try is turned away
    });
  }

  inspect(names: readonly string[]): Promise<LockView[]> {
    return inspectZooKeeper(this.#view, names);
  }

  async close(): Promise<void> {
    await this.#waiting.close();
    await this.#session.close();
  }

  async #enter(
    names: readonly string[],
    { ttlMs, fenceAbove }: TryAsk,
    onlyIfFree: boolean,
  ): Promise<EnteredTicket> {
    if (this.#session.isClosed) throw locksClosed();
    const deadline = this.#session.deadline(ttlMs);
    const ticket = this.#line.ticket(names, ttlMs);
    const entered = onlyIfFree
      ? await this.#line.tryEnter(ticket, fenceAbove, deadline)
      : await this.#line.enter(ticket, fenceAbove, deadline);
    if (entered.kind === 'in') return { ...entered, ticket };
    // The answer may be lost and the nodes may be there.
    if (entered.kind === 'unreachable') this.#room.giveBack(ticket);
    return entered;
  }
}
