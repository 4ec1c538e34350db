import { Job, type Worker } from 'bullmq';
import { type Clock, type Logger, messageOf, randomName } from '../kernel/index.ts';
import { defineScripts, type RedisClient, type RunScript } from '../redis/index.ts';
import { type Ending, EndingsTogether } from './endings-together.ts';
import type { Delivery, JobAlong } from './queue-jobs.ts';

export interface JobsAlongOptions {
  /** Sees to everything that is not plain: delays, priorities, limits, stalled jobs, failures. */
  readonly worker: Worker;
  readonly client: RedisClient;
  /** The keys of the queue begin with this. */
  readonly prefix: string;
  /** Jobs in hand at once, beside those of the worker. */
  readonly room: () => number;
  readonly leaseMs: number;
  /** A job that was started this often is left to the worker, which gives it up. */
  readonly startedMax: number;
  readonly handle: (delivery: Delivery) => Promise<unknown>;
  /** What a failure means for a job; runs over the job as BullMQ knows it. */
  readonly fail: (job: Job, token: string, error: unknown) => Promise<void>;
  /** Whether the queue is plain; else (paused, limited, priorities) the worker does all itself. */
  readonly onPlain: (plain: boolean) => void;
  readonly logger: Logger;
  readonly clock: Clock;
}

type Taken = [id: string, name: string, data: string, started: number, options: string];

/** One script holds up everybody else for as long as it runs: this many is some milliseconds. */
const TAKEN_AT_ONCE = 400;
/**
 * What jobs in hand may carry together. Envelopes of a hundred orders reach it long before they
 * are as many as jobs may be: orders that wait in this process make it slower, not faster.
 */
const BYTES_IN_HAND = 512 * 1024;

const scriptFiles = { takeAlong: new URL('./lua/take-along.lua', import.meta.url) };

/**
 * Takes along, in one go, what else waits when the worker was handed a job.
 *
 * BullMQ asks Redis, and is answered, once for each job. Here a batch of jobs costs as many
 * commands as one. A job that is plain, which is nearly all of them, differs in nothing else:
 * it has a lock, is found by the check for stalled jobs, and says what it does by events.
 */
export class JobsAlong {
  readonly #options: JobsAlongOptions;
  readonly #take: RunScript;
  readonly #keys: readonly string[];
  readonly #endings: EndingsTogether;
  readonly #inHand = new Map<string, JobAlong>();
  readonly #id = randomName(12);
  #asked = 0;
  #bytes = 0;
  #takes = 0;
  #looking: Promise<void> | undefined;
  #moreWait = false;
  #stopping = false;
  #renewing: NodeJS.Timeout | undefined;
  #emptied: () => void = () => undefined;

  constructor(options: JobsAlongOptions) {
    const { client, prefix } = options;
    this.#options = options;
    this.#take = defineScripts(client, scriptFiles).takeAlong;
    const names = ['wait', 'active', 'events', 'meta', 'marker', 'prioritized'];
    this.#keys = names.map((name) => `${prefix}${name}`);
    this.#endings = new EndingsTogether({
      ...options,
      onSent: (endings) => this.#ended(endings),
    });
  }

  /** Those that have been asked for count: Redis may be handing them over at this moment. */
  get inHand(): number {
    return this.#inHand.size + this.#asked;
  }

  start(): void {
    const { leaseMs } = this.#options;
    this.#renewing = setInterval(() => void this.#renew(), leaseMs / 2);
  }

  /** The worker was handed a job: others may wait behind it. */
  look(): void {
    if (this.#looking || this.#stopping) return;
    this.#looking = this.#takeAll().finally(() => {
      this.#looking = undefined;
    });
  }

  /** Takes no more; resolves when what was in hand has ended, and Redis knows. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#looking;
    while (this.#inHand.size > 0) {
      await new Promise<void>((resolve) => {
        this.#emptied = resolve;
      });
    }
    await this.#endings.sent();
  }

  /** What is still in hand will be delivered again, to somebody else. */
  close(): void {
    clearInterval(this.#renewing);
  }

  async #takeAll(): Promise<void> {
    try {
      while (!this.#stopping) {
        this.#moreWait = true;
        if (this.#isFull()) return;
        const taken = await this.#takeSome();
        this.#options.onPlain(taken !== null);
        this.#moreWait = taken !== null && (taken.length >= TAKEN_AT_ONCE || this.#isFull());
        if (!this.#moreWait) return;
      }
    } catch (error) {
      this.#options.logger.warn('jobs could not be taken', { error: messageOf(error) });
    }
  }

  #isFull(): boolean {
    return this.#inHand.size >= this.#options.room() || this.#bytes >= BYTES_IN_HAND;
  }

  async #takeSome(): Promise<readonly Taken[] | null> {
    const { prefix, leaseMs, room, startedMax, clock } = this.#options;
    this.#takes += 1;
    const token = `${this.#id}:${this.#takes}`;
    const most = Math.min(TAKEN_AT_ONCE, room() - this.#inHand.size);
    const left = BYTES_IN_HAND - this.#bytes;
    const now = Math.floor(clock.wallMs());
    const args = [prefix, token, leaseMs, now, most, startedMax, left];
    this.#asked = most;
    const taken = (await this.#take(this.#keys, args).finally(() => {
      this.#asked = 0;
    })) as readonly Taken[] | null;
    for (const [jobId, jobName, data, started, options] of taken ?? []) {
      const bytes = data.length;
      const delivery = { jobId, jobName, payload: parsed(data), attempt: started + 1 };
      const job = { ...delivery, token, options, bytes };
      this.#inHand.set(jobId, job);
      this.#bytes += bytes;
      void this.#carry(job);
    }
    return taken;
  }

  async #carry(job: JobAlong): Promise<void> {
    let answer: unknown;
    try {
      answer = await this.#options.handle(job);
    } catch (error) {
      await this.#failed(job, error);
      return;
    }
    this.#endings.add({ job, answer });
  }

  async #failed(job: JobAlong, error: unknown): Promise<void> {
    const { worker, fail, logger } = this.#options;
    try {
      const whole = await Job.fromId(worker, job.jobId);
      if (whole) await fail(whole, job.token, error);
    } catch (problem) {
      logger.warn('a failed job stays until its time is up', {
        jobId: job.jobId,
        error: messageOf(problem),
      });
    } finally {
      this.#ended([{ job, answer: undefined }]);
    }
  }

  /** Their room is free as soon as their end is on its way: what is taken next comes behind it. */
  #ended(endings: readonly Ending[]): void {
    for (const { job } of endings) {
      this.#bytes -= job.bytes;
      // It may have been delivered here once more, after its lease ran out.
      if (this.#inHand.get(job.jobId) === job) this.#inHand.delete(job.jobId);
    }
    if (this.#inHand.size === 0) this.#emptied();
    if (this.#moreWait) this.look();
  }

  async #renew(): Promise<void> {
    const { worker, leaseMs, logger } = this.#options;
    const jobs = [...this.#inHand.values()];
    if (jobs.length === 0) return;
    try {
      const ids = jobs.map(({ jobId }) => jobId);
      const tokens = jobs.map(({ token }) => token);
      const lost = await worker.extendJobLocks(ids, tokens, leaseMs);
      // Another worker may get these jobs too. That is harmless: every effect happens once.
      if (lost.length > 0) logger.warn('jobs may be delivered twice', { jobs: lost.length });
    } catch (error) {
      logger.warn('jobs could not be kept', { jobs: jobs.length, error: messageOf(error) });
    }
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return data; // no JSON: passed on as the text it is, and refused like any other wrong payload
  }
}
