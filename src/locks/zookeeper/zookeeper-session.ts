import { type Clock, type Logger, pause, present, type Random } from '../../kernel/index.ts';
import type { LockUnreachable } from '../lock.ts';
import { type Moment, momentOf } from '../lock-deadline.ts';
import { notReached } from '../lock-errors.ts';
import type { Account, ServerAddress } from '../server-list.ts';
import { SessionLife } from './session-life.ts';
import { type Welcome, ZooKeeperWire } from './zookeeper-wire.ts';
import type { Question, Reply } from './zookeeper-words.ts';

export interface ZooKeeperSessionOptions {
  readonly servers: readonly ServerAddress[];
  readonly account: Account | undefined;
  /** The servers must keep a silent session for at least as long. */
  readonly ttlMs: number;
  /** One round of questions is answered within this time, or the server is left. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export type Round =
  | { readonly kind: 'answered'; readonly replies: readonly Reply[]; readonly sentAt: Moment }
  | LockUnreachable;

const RECONNECT_MS = 100;

/**
 * A session with an ensemble, on one connection at a time. When a server falls silent the session
 * goes to the next one; when it is over, a new one begins, and whoever held something is told.
 */
export class ZooKeeperSession {
  readonly #options: ZooKeeperSessionOptions;
  readonly #connected = new Set<() => void>();
  #life = new SessionLife();
  #wire: ZooKeeperWire | undefined;
  /** Set while the session is welcome there. */
  #server: ServerAddress | undefined;
  #turn = 0;
  #heardAtMs: number;
  #downSinceMs: number;
  /** What is wrong with each server, for people; nothing is known against the others. */
  readonly #problems = new Map<ServerAddress, string>();
  #closed = false;
  /** Rounds asked so far. */
  trips = 0;

  constructor(options: ZooKeeperSessionOptions) {
    this.#options = options;
    this.#heardAtMs = options.clock.monotonicMs();
    this.#downSinceMs = this.#heardAtMs;
    void this.#keepConnected();
  }

  /** The session as it is now; everything that is made belongs to one. */
  get life(): SessionLife {
    return this.#life;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get server(): ServerAddress | undefined {
    return this.#server;
  }

  /** When an attempt that begins now has to be decided, for locks of this ttl. */
  deadline(ttlMs = Number.POSITIVE_INFINITY): number {
    const { clock, timeoutMs } = this.#options;
    return clock.monotonicMs() + Math.min(timeoutMs, Math.floor(ttlMs / 2));
  }

  /**
   * Asks all of it at once, in this order, and waits for the answers. With `life`, nothing is
   * asked in another session: what would be made there would belong to nobody.
   */
  async ask(
    questions: readonly Question[],
    deadline = this.deadline(),
    life?: SessionLife,
  ): Promise<Round> {
    const { clock, ttlMs } = this.#options;
    this.trips += 1;
    if (!(await this.#connection(deadline))) return this.#missing();
    const wire = this.#wire;
    if (!wire) return this.#missing();
    if (life?.isOver) return notReached('the session with ZooKeeper is over');
    if (this.#life.timeoutMs < ttlMs) {
      return notReached(
        `the ensemble ends silent sessions after ${this.#life.timeoutMs} ms already; ` +
          `raise its maxSessionTimeout to the ttl of ${ttlMs} ms, or lower that`,
      );
    }
    const sentAt = momentOf(clock);
    // When our own event loop was late, the answers may be here already: they are read before
    // the immediate runs.
    const leave = () => {
      this.#downSinceMs = sentAt.monotonicMs;
      this.#heardAtMs = Math.min(this.#heardAtMs, sentAt.monotonicMs);
      wire.end('did not answer in time');
    };
    const timer = setTimeout(() => setImmediate(leave), deadline - sentAt.monotonicMs);
    const settled = await wire.askAll(questions);
    clearTimeout(timer);
    const replies = settled.filter((reply) => reply !== undefined);
    if (replies.length < questions.length) return this.#missing();
    for (const { zxid } of replies) this.#life.saw(zxid);
    return { kind: 'answered', replies, sentAt };
  }

  async close(): Promise<void> {
    this.#closed = true;
    const wire = this.#wire;
    if (wire && this.#server) {
      const timer = setTimeout(() => wire.end('closed'), this.#options.timeoutMs);
      await wire.closeSession();
      clearTimeout(timer);
    }
    wire?.end('closed');
    this.#life.end();
    this.#stir();
  }

  /** True when there is a connection, or one is made before it would be too late. */
  #connection(deadline: number): Promise<boolean> {
    if (this.#server) return Promise.resolve(true);
    const { clock, timeoutMs } = this.#options;
    // Once it has been missing for as long as an attempt takes, nobody waits for it any more.
    const until = Math.min(deadline, this.#downSinceMs + timeoutMs);
    const leftMs = until - clock.monotonicMs();
    if (leftMs <= 0 || this.#closed) return Promise.resolve(false);
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#connected.delete(done);
        resolve(this.#server !== undefined);
      };
      const timer = setTimeout(done, leftMs);
      this.#connected.add(done);
    });
  }

  #stir(): void {
    for (const done of this.#connected) done();
  }

  #missing(): LockUnreachable {
    const nodes = this.#options.servers.map((server) => ({
      node: server.label,
      problem: this.#problems.get(server) ?? 'is not connected',
    }));
    return notReached(nodes.map(({ node, problem }) => `${node} ${problem}`).join(', '), nodes);
  }

  async #keepConnected(): Promise<void> {
    const { servers, logger, clock, random } = this.#options;
    let failures = 0;
    while (!this.#closed) {
      const server = present(servers[this.#turn % servers.length], 'a ZooKeeper server');
      this.#turn += 1;
      const { wasWelcome, problem } = await this.#visit(server);
      if (this.#closed) return;
      if (problem !== this.#problems.get(server)) {
        logger.warn('lock node went away', { lockNode: server.label, error: problem });
      }
      this.#problems.set(server, problem);
      failures = wasWelcome ? 0 : failures + 1;
      const silentMs = clock.monotonicMs() - this.#heardAtMs;
      if (this.#life.timeoutMs > 0 && silentMs > this.#life.timeoutMs) this.#begin();
      if (failures > 0 && failures % servers.length === 0) {
        await pause(RECONNECT_MS * (0.5 + random()));
      }
    }
  }

  /** All locks of the session are over by now, on the servers or by their own deadlines. */
  #begin(): void {
    const { logger } = this.#options;
    if (this.#life.timeoutMs > 0) logger.warn('the session with ZooKeeper is over');
    const over = this.#life;
    this.#life = new SessionLife();
    over.end();
  }

  /** Stays with one server for as long as that goes well. */
  #visit(server: ServerAddress): Promise<{ wasWelcome: boolean; problem: string }> {
    const { account, clock, timeoutMs, ttlMs } = this.#options;
    return new Promise((resolve) => {
      let wasWelcome = false;
      let beat: NodeJS.Timeout | undefined;
      const late = setTimeout(() => wire.end('did not answer in time'), timeoutMs);
      const welcome = (words: Welcome) => {
        clearTimeout(late);
        if (words.timeoutMs <= 0) {
          this.#begin();
          wire.end('the session is over');
          return;
        }
        wasWelcome = true;
        this.#life.begin(words);
        this.#server = server;
        this.#problems.delete(server);
        beat = setInterval(() => this.#beat(wire), words.timeoutMs / 6);
        this.#stir();
      };
      const introduction = { ...this.#life.introduction(ttlMs), account };
      const wire = new ZooKeeperWire(server, introduction, {
        welcome,
        heard: () => {
          this.#heardAtMs = clock.monotonicMs();
        },
        ended: (problem) => {
          clearTimeout(late);
          clearInterval(beat);
          if (wasWelcome && this.#downSinceMs < this.#heardAtMs) {
            this.#downSinceMs = clock.monotonicMs();
          }
          this.#wire = undefined;
          this.#server = undefined;
          resolve({ wasWelcome, problem });
        },
      });
      this.#wire = wire;
    });
  }

  /** Keeps the session alive; leaves a server that has been silent for half of its time. */
  #beat(wire: ZooKeeperWire): void {
    const silentMs = this.#options.clock.monotonicMs() - this.#heardAtMs;
    if (silentMs > this.#life.timeoutMs / 2) wire.end('fell silent');
    else wire.ping();
  }
}
