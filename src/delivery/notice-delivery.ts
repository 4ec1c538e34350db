import {
  backoffMs,
  type Clock,
  type LogFields,
  type Logger,
  messageOf,
  pause,
  type Random,
  type Service,
  warnNowAndThen,
} from '../kernel/index.ts';
import type { Database } from '../mysql/index.ts';
import {
  type ClaimedNotice,
  claimNotices,
  forgetDelivered,
  type NoticeAttempt,
  recordAttempts,
} from '../notices/index.ts';
import type { Saga } from '../saga/index.ts';
import { type DeliveryPace, PACE } from './delivery-pace.ts';
import { postNotice, type Receiver } from './post-notice.ts';

export interface NoticeDeliveryOptions {
  readonly database: Database;
  /** Whatever this process commits may be something to tell. */
  readonly saga: Pick<Saga, 'onCommit'>;
  readonly receiver: Receiver;
  /** How often to look for what other processes have written, and for what is tried again. */
  readonly periodMs: number;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly pace?: Partial<DeliveryPace>;
}

const FORGET_MAX = 500;

/**
 * Delivers notices for as long as it runs, beside others of its kind. It works in rounds: write
 * what has ended, claim what is due, begin it. So it uses one connection to the database at most,
 * however slow the receiver is, and the orders keep the others.
 */
export function createNoticeDelivery(options: NoticeDeliveryOptions): Service {
  return new NoticeDelivery(options);
}

class NoticeDelivery implements Service {
  readonly name = 'notice delivery';
  private readonly options: NoticeDeliveryOptions;
  private readonly pace: DeliveryPace;
  private readonly ending = new AbortController();
  private readonly underWay = new Set<Promise<void>>();
  private readonly warnFailed: (fields: LogFields) => void;
  private readonly warnStuck: (fields: LogFields) => void;
  private ended: NoticeAttempt[] = [];
  private isWoken = false;
  private sleep = new AbortController();
  private forgetAtMs = Number.NEGATIVE_INFINITY;
  private unlisten = (): void => undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(options: NoticeDeliveryOptions) {
    const { logger, clock, pace } = options;
    this.options = options;
    this.pace = { ...PACE, ...pace };
    this.warnFailed = warnNowAndThen(logger, clock, 'notices were not taken; they are tried again');
    this.warnStuck = warnNowAndThen(logger, clock, 'what is to be told cannot be read or written');
  }

  async start(): Promise<void> {
    this.unlisten = this.options.saga.onCommit(() => this.wake());
    this.running = this.run();
  }

  /** What is under way ends by itself, at the latest by its timeout. */
  async stop(): Promise<void> {
    this.ending.abort();
    this.unlisten();
    this.wake();
    await this.running;
  }

  private wake(): void {
    this.isWoken = true;
    this.sleep.abort();
  }

  private async run(): Promise<void> {
    while (!this.ending.signal.aborted) {
      const goesOn = await this.round();
      await this.rest(goesOn ? 0 : this.options.periodMs);
    }
    await Promise.all(this.underWay);
    try {
      await this.writeEnded();
    } catch (error) {
      this.options.logger.warn('how some notices ended is not written; they are told again', {
        notices: this.ended.length,
        error: messageOf(error),
      });
    }
  }

  /** Answers whether there is more to do at once. */
  private async round(): Promise<boolean> {
    try {
      await this.writeEnded();
      await this.forget();
      const free = this.pace.parallel - this.underWay.size;
      if (free <= 0) return false;
      const { database } = this.options;
      const { claimed, more } = await claimNotices(database, free, this.pace.leaseMs);
      for (const notice of claimed) this.begin(notice);
      return more && this.underWay.size < this.pace.parallel;
    } catch (error) {
      this.warnStuck({ error: messageOf(error) });
      return false;
    }
  }

  private async rest(ms: number): Promise<void> {
    await pause(this.pace.lookMs, this.ending.signal);
    if (!this.isWoken) {
      this.sleep = new AbortController();
      await pause(ms * (0.75 + this.options.random() / 2), this.sleep.signal);
    }
    this.isWoken = false;
  }

  private begin(notice: ClaimedNotice): void {
    const delivering = this.deliver(notice).finally(() => {
      this.underWay.delete(delivering);
      this.wake();
    });
    this.underWay.add(delivering);
  }

  private async deliver(notice: ClaimedNotice): Promise<void> {
    const { receiver, clock, random, logger } = this.options;
    const answer = await postNotice(receiver, notice, clock, this.pace.timeoutMs);
    const { error, status, ms } = answer;
    const { failures, kind, subject } = notice;
    const retryMs = error === null ? null : backoffMs(failures, this.pace.backoff, random);
    this.ended.push({ notice, ...answer, retryMs });
    const fields = { notice: notice.seq, kind, subject, status, error, ms };
    if (error === null) logger.debug('notice delivered', fields);
    else if (notice.isLast) logger.error('a notice was given up', fields);
    else this.warnFailed(fields);
  }

  private async writeEnded(): Promise<void> {
    const ended = this.ended;
    this.ended = [];
    try {
      await recordAttempts(this.options.database, ended);
    } catch (error) {
      this.ended.unshift(...ended);
      throw error;
    }
  }

  private async forget(): Promise<void> {
    const now = this.options.clock.monotonicMs();
    if (now < this.forgetAtMs) return;
    const forgotten = await forgetDelivered(this.options.database, FORGET_MAX);
    if (forgotten < FORGET_MAX) this.forgetAtMs = now + this.pace.forgetEveryMs;
  }
}
