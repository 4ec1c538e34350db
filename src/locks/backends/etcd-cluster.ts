import { EtcdGateway } from '../etcd/etcd-gateway.ts';
import { EtcdLine } from '../etcd/etcd-line.ts';
import { EtcdLease, EtcdPlace, type EtcdRoom } from '../etcd/etcd-place.ts';
import type { EtcdTicket } from '../etcd/etcd-ticket.ts';
import { inspectEtcd } from '../etcd/etcd-view.ts';
import type { LockGuarantee, LockUnreachable, LockView } from '../lock.ts';
import type {
  AcquireAnswer,
  BackendOptions,
  LockBackend,
  TryAsk,
  WaitAsk,
} from '../lock-backend.ts';
import { lockAborted, locksClosed } from '../lock-errors.ts';
import { notReached } from '../lock-errors.ts';
import { OwedEnds } from '../owed-ends.ts';
import { mixedLines, serverList } from '../server-list.ts';
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
    const { urls, prefix, ttlMs, clock, logger } = options;
    const isProtected = urls.some((url) => /^etcds:/i.test(url));
    if (isProtected && !urls.every((url) => /^etcds:/i.test(url))) throw mixedLines();
    this.#gateway = new EtcdGateway({
      list: serverList(urls, 2379),
      tls: isProtected ? (options.tls ?? {}) : undefined,
      timeoutMs: Math.min(options.attemptTimeoutMs, Math.floor(ttlMs / 2)),
      clock,
      logger,
    });
    this.#line = new EtcdLine(this.#gateway, prefix);
    this.#waiting = new WaitInLine(options);
    this.#owed = new OwedEnds({
      end: (ticket) => this.#line.revoke(ticket),
      isOver: (ticket) => clock.monotonicMs() > ticket.sentAt.monotonicMs + ticket.ttlMs * 2,
      isClosed: () => this.#gateway.isClosed,
    });
    this.#room = {
      gateway: this.#gateway,
      line: this.#line,
      giveBack: (ticket) => this.#owed.add(ticket),
    };
  }

  get trips(): number {
    return this.#gateway.trips;
  }

  async tryAcquire(names: readonly string[], ask: TryAsk): Promise<AcquireAnswer> {
    if (this.#gateway.isClosed) throw locksClosed();
    if (names.length > MOST_COMPARED) return this.#tryFromInside(names, ask);
    const entry = await this.#enter(names, ask, true);
    if (entry.kind === 'unreachable') return entry;
    if (entry.kind === 'busy') return this.#waiting.busy(entry.names);
    return { kind: 'granted', lease: new EtcdLease(this.#room, entry.ticket) };
  }

  async acquire(names: readonly string[], ask: WaitAsk): Promise<AcquireAnswer> {
    if (ask.signal?.aborted) throw lockAborted(names, ask.signal.reason);
    if (names.length <= MOST_COMPARED) {
      const answer = await this.tryAcquire(names, ask);
      if (answer.kind !== 'busy' || ask.timeoutMs === 0) return answer;
    }
    return this.#waiting.acquire(names, ask, () => this.#place(names, ask));
  }

  inspect(names: readonly string[]): Promise<LockView[]> {
    return inspectEtcd(this.#gateway, this.#line.keys, names);
  }

  async close(): Promise<void> {
    await this.#waiting.close();
    await this.#owed.settled();
    this.#gateway.close();
  }

  async #tryFromInside(names: readonly string[], ask: TryAsk): Promise<AcquireAnswer> {
    const entry = await this.#enter(names, ask, false);
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

  async #place(names: readonly string[], ask: TryAsk): Promise<Place | LockUnreachable> {
    const entry = await this.#enter(names, ask, false);
    if (entry.kind === 'in') return new EtcdPlace(this.#room, entry.ticket);
    if (entry.kind === 'unreachable') return entry;
    throw new Error('a line that anybody may enter was busy'); // only asked for with `onlyIfFree`
  }

  async #enter(names: readonly string[], ask: TryAsk, onlyIfFree: boolean) {
    const { ttlMs, fenceAbove } = ask;
    const deadline = this.#gateway.deadline(ttlMs);
    const ticket = this.#line.ticket(names, ttlMs);
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
