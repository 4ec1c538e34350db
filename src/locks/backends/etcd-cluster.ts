import { EtcdGateway } from '../etcd/etcd-gateway.ts';
import { EtcdLine } from '../etcd/etcd-line.ts';
import { EtcdLease, EtcdPlace, type EtcdRoom } from '../etcd/etcd-place.ts';
import type { EtcdTicket } from '../etcd/etcd-ticket.ts';
import { inspectEtcd } from '../etcd/etcd-view.ts';
import type {
  LockGuarantee,
  LockOptions,
  LockUnreachable,
  LockView,
  TryLockOptions,
} from '../lock.ts';
import type { AcquireAnswer, BackendOptions, LockBackend } from '../lock-backend.ts';
import { lockAborted, locksClosed } from '../lock-errors.ts';
import { notReached } from '../lock-errors.ts';
import { OwedEnds } from '../owed-ends.ts';
import { serverList } from '../server-list.ts';
import { type Place, WaitInLine } from '../wait-in-line.ts';

/** As many lines as one transaction can compare; more are entered first and looked at then. */
const MOST_COMPARED = 100;

/** Locks on an etcd cluster, which agrees on every step by majority. */
export class EtcdCluster implements LockBackend {
  readonly guarantee: LockGuarantee = 'consensus';
  readonly #gateway: EtcdGateway;
  readonly #line: EtcdLine;
  readonly #waiting: WaitInLine;
  readonly #room: EtcdRoom;
  readonly #owed: OwedEnds<EtcdTicket>;

  constructor(options: BackendOptions) {
    const { prefix, ttlMs, clock, logger } = options;
    this.#gateway = new EtcdGateway({
      servers: serverList(options.urls, 2379),
      timeoutMs: Math.min(options.attemptTimeoutMs, Math.floor(ttlMs / 2)),
      clock,
      logger,
    });
    this.#line = new EtcdLine(this.#gateway, prefix, ttlMs);
    this.#waiting = new WaitInLine(options);
    this.#owed = new OwedEnds({
      end: (ticket) => this.#line.revoke(ticket),
      isOver: ({ sentAt }) => clock.monotonicMs() > sentAt.monotonicMs + ttlMs * 2,
      isClosed: () => this.#gateway.isClosed,
    });
    this.#room = {
      gateway: this.#gateway,
      line: this.#line,
      ttlMs,
      giveBack: (ticket) => this.#owed.add(ticket),
    };
  }

  get trips(): number {
    return this.#gateway.trips;
  }

  async tryAcquire(names: readonly string[], options: TryLockOptions): Promise<AcquireAnswer> {
    if (this.#gateway.isClosed) throw locksClosed();
    if (names.length > MOST_COMPARED) return this.#tryFromInside(names, options);
    const entry = await this.#enter(names, options, true);
    if (entry.kind === 'unreachable') return entry;
    if (entry.kind === 'busy') return this.#waiting.busy(entry.names);
    return { kind: 'granted', lease: new EtcdLease(this.#room, entry.ticket) };
  }

  async acquire(names: readonly string[], options: LockOptions): Promise<AcquireAnswer> {
    if (options.signal?.aborted) throw lockAborted(names, options.signal.reason);
    if (names.length <= MOST_COMPARED) {
      const answer = await this.tryAcquire(names, options);
      if (answer.kind !== 'busy' || options.timeoutMs === 0) return answer;
    }
    return this.#waiting.acquire(names, options, () => this.#place(names, options));
  }

  inspect(names: readonly string[]): Promise<LockView[]> {
    return inspectEtcd(this.#gateway, this.#line.keys, names);
  }

  async close(): Promise<void> {
    await this.#waiting.close();
    await this.#owed.settled();
    this.#gateway.close();
  }

  async #tryFromInside(names: readonly string[], options: TryLockOptions): Promise<AcquireAnswer> {
    const entry = await this.#enter(names, options, false);
    if (entry.kind === 'unreachable') return entry;
    if (entry.kind === 'busy') return this.#waiting.busy(entry.names);
    const standing = await this.#line.look(entry.ticket);
    if (standing.kind === 'first') {
      return { kind: 'granted', lease: new EtcdLease(this.#room, entry.ticket) };
    }
    this.#room.giveBack(entry.ticket);
    if (standing.kind === 'behind') return this.#waiting.busy(standing.names);
    if (standing.kind === 'unreachable') return standing;
    return notReached('the lease ended before the lock was taken');
  }

  async #place(
    names: readonly string[],
    options: TryLockOptions,
  ): Promise<Place | LockUnreachable> {
    const entry = await this.#enter(names, options, false);
    if (entry.kind === 'in') return new EtcdPlace(this.#room, entry.ticket);
    if (entry.kind === 'unreachable') return entry;
    throw new Error('a line that anybody may enter was busy'); // only asked for with `onlyIfFree`
  }

  async #enter(names: readonly string[], { fenceAbove }: TryLockOptions, onlyIfFree: boolean) {
    const deadline = this.#gateway.deadline();
    const ticket = this.#line.ticket(names);
    const begun = await this.#line.begin(ticket, deadline);
    const entered =
      begun.kind === 'in'
        ? await this.#line.enter(ticket, fenceAbove, onlyIfFree, deadline)
        : begun;
    if (entered.kind === 'in') return { kind: 'in', ticket } as const;
    // What was granted in vain, or what was never answered, is given back.
    this.#room.giveBack(ticket);
    return entered;
  }
}
