import { AppError, randomName } from '../../kernel/index.ts';
import { redisAddress } from '../../redis/index.ts';
import { FenceCandidate } from '../fence-candidate.ts';
import type { LockGuarantee, LockView } from '../lock.ts';
import type {
  AcquireAnswer,
  BackendOptions,
  LockBackend,
  TryAsk,
  WaitAsk,
} from '../lock-backend.ts';
import { lockAborted, locksClosed } from '../lock-errors.ts';
import { LockLine } from '../lock-line.ts';
import { LockNode, type LockNodeOptions } from '../lock-node.ts';
import { inspectNodes } from '../lock-view.ts';
import type { LockWaiter } from '../lock-waiter.ts';
import { type AttemptAnswer, attemptQuorum } from '../quorum-attempt.ts';
import { QuorumNodes } from '../quorum-nodes.ts';

/** Locks on a majority of independent Redis servers. A single server is a quorum of one. */
export class RedisQuorum implements LockBackend {
  readonly guarantee: LockGuarantee;
  clockJumps = 0;
  readonly #nodes: QuorumNodes;
  readonly #candidate: FenceCandidate;
  readonly #line: LockLine;
  readonly #process = randomName(8);
  #attempts = 0;
  #closed = false;

  constructor(options: BackendOptions) {
    const { urls, tls, prefix, ttlMs, logger, clock, random } = options;
    refuseTwins(urls);
    this.guarantee = urls.length === 1 ? 'single-node' : 'quorum';
    const timeoutMs = Math.min(options.attemptTimeoutMs, Math.floor(ttlMs / 2));
    const node = { tls, ttlMs, attemptTimeoutMs: timeoutMs, logger, clock };
    const onClockJump: LockNodeOptions['onClockJump'] = (jumped, jumpMs, waitMs) => {
      this.clockJumps += 1;
      this.#nodes.alarm(jumped);
      options.onClockJump({ node: jumped.label, jumpMs, waitMs });
    };
    const nodes = urls.map((url) => new LockNode({ ...node, url, onClockJump }));
    this.#nodes = new QuorumNodes({ nodes, prefix, ttlMs, timeoutMs, clock });
    this.#candidate = new FenceCandidate(clock);
    this.#line = new LockLine({
      urls,
      tls,
      quorum: this.#nodes.quorum,
      process: this.#process,
      channel: this.#nodes.channelOf(this.#process),
      candidate: this.#candidate,
      logger,
      random,
    });
  }

  get trips(): number {
    return this.#nodes.trips;
  }

  async tryAcquire(names: readonly string[], ask: TryAsk): Promise<AcquireAnswer> {
    return this.#attempt(names, ask, undefined);
  }

  async acquire(names: readonly string[], ask: WaitAsk): Promise<AcquireAnswer> {
    const { timeoutMs = Number.POSITIVE_INFINITY, signal } = ask;
    const until = this.#nodes.clock.monotonicMs() + timeoutMs;
    const waiter = this.#line.enter();
    let granted = false;
    try {
      for (;;) {
        if (signal?.aborted) throw lockAborted(names, signal.reason);
        const heardAll = this.#line.listening;
        const answer = await this.#attempt(names, ask, waiter);
        granted = answer.kind === 'granted';
        if (answer.kind !== 'busy') return answer;
        const leftMs = until - this.#nodes.clock.monotonicMs();
        if (leftMs <= 0) return answer;
        // Who was not listening may have missed its call: it asks again before it sleeps.
        if (heardAll) await this.#line.turn(waiter, Math.min(leftMs, answer.freeInMs), signal);
        else await this.#line.listen();
      }
    } finally {
      this.#line.exit(waiter);
      if (!granted) this.#leave(names, waiter);
    }
  }

  inspect(names: readonly string[]): Promise<LockView[]> {
    const { all, prefix, timeoutMs } = this.#nodes;
    this.#nodes.trips += 1;
    return inspectNodes(all, names, this.#nodes.keysOf(names), prefix, timeoutMs);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#line.close();
    for (const node of this.#nodes.all) node.close();
  }

  async #attempt(
    names: readonly string[],
    { ttlMs, fenceAbove }: TryAsk,
    waiter: LockWaiter | undefined,
  ): Promise<AttemptAnswer> {
    if (this.#closed) throw locksClosed();
    waiter?.forget();
    this.#attempts += 1;
    // A dot, where a waiter's name has a colon: one must never pass for the other.
    const owner = `${this.#process}.${this.#attempts}`;
    const attempt = { names, owner, ttlMs, fenceAbove, waiter };
    return attemptQuorum(this.#nodes, this.#candidate, attempt);
  }

  #leave(names: readonly string[], waiter: LockWaiter): void {
    if (this.#closed) return; // the connections are gone; the nodes forget it in a moment
    const args = this.#nodes.releaseArgs(waiter.member, waiter);
    this.#nodes.sendRelease(this.#nodes.at(waiter.asked), this.#nodes.keysOf(names), args);
  }
}

/** Two votes from one server are one vote, and a quorum of it is none. */
function refuseTwins(urls: readonly string[]): void {
  const servers = urls.map(redisAddress);
  const twin = servers.find((server, index) => servers.indexOf(server) !== index);
  if (twin === undefined) return;
  throw new AppError(
    'lock-urls-twice',
    `The lock URLs name ${twin} twice, but every node of a quorum must be a server of its own`,
    { details: { server: twin } },
  );
}
