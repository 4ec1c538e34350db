import { Job, type Worker } from 'bullmq';
import { type Clock, type Logger, messageOf } from '../kernel/index.ts';
import { defineScripts, type RedisClient, type RunScript } from '../redis/index.ts';
import type { JobAlong } from './queue-jobs.ts';

export interface Ending {
  readonly job: JobAlong;
  readonly answer: unknown;
}

export interface EndingsTogetherOptions {
  readonly worker: Worker;
  readonly client: RedisClient;
  readonly prefix: string;
  readonly onSent: (endings: readonly Ending[]) => void;
  readonly logger: Logger;
  readonly clock: Clock;
}

const scriptFiles = { endAlong: new URL('./lua/end-along.lua', import.meta.url) };

/** A batch of events is decided at one moment, and so are its jobs: they are completed together. */
export class EndingsTogether {
  readonly #options: EndingsTogetherOptions;
  readonly #end: RunScript;
  readonly #keys: readonly string[];
  readonly #onTheirWay = new Set<Promise<void>>();
  #waiting: Ending[] = [];

  constructor(options: EndingsTogetherOptions) {
    this.#options = options;
    this.#end = defineScripts(options.client, scriptFiles).endAlong;
    const names = ['wait', 'active', 'events', 'meta', 'stalled', 'prioritized', 'completed'];
    this.#keys = names.map((name) => `${options.prefix}${name}`);
  }

  /** What is added in one turn of the event loop goes together. */
  add(ending: Ending): void {
    if (this.#waiting.push(ending) === 1) setImmediate(() => this.#send());
  }

  /** Resolves when Redis has answered to all. */
  async sent(): Promise<void> {
    if (this.#waiting.length > 0) this.#send();
    await Promise.all(this.#onTheirWay);
  }

  #send(): void {
    const endings = this.#waiting;
    if (endings.length === 0) return;
    this.#waiting = [];
    const going = this.#tell(endings)
      .catch((error: unknown) => {
        // Their locks run out, and they are delivered again: every effect happens once.
        const facts = { jobs: endings.length, error: messageOf(error) };
        this.#options.logger.warn('jobs could not be marked as done', facts);
      })
      .finally(() => this.#onTheirWay.delete(going));
    this.#onTheirWay.add(going);
    this.#options.onSent(endings);
  }

  async #tell(endings: readonly Ending[]): Promise<void> {
    const { prefix, clock, logger } = this.#options;
    const ways = endings.map((ending) => ({ ending, keeps: keepingOf(ending.job) }));
    const alone = ways.filter(({ keeps }) => keeps === 'in its own way');
    const together = ways.filter(({ keeps }) => keeps !== 'in its own way');
    const args: string[] = [];
    for (const { ending, keeps } of together) {
      const { job, answer } = ending;
      args.push(job.jobId, job.token, keeps === 'as usual' ? '1' : '', textOf(answer));
    }
    const now = String(Math.floor(clock.wallMs()));
    const ends: Promise<unknown>[] = alone.map(({ ending }) => this.#tellAlone(ending));
    if (together.length > 0) {
      ends.push(
        this.#end(this.#keys, [prefix, now, ...args]).then((lost) => {
          const jobs = (lost as string[]).length;
          if (jobs > 0) logger.warn('jobs were done by others as well', { jobs });
        }),
      );
    }
    await Promise.all(ends);
  }

  async #tellAlone({ job, answer }: Ending): Promise<void> {
    const whole = await Job.fromId(this.#options.worker, job.jobId);
    await whole?.moveToCompleted(answer, job.token, false);
  }
}

type Keeping = 'not at all' | 'as usual' | 'in its own way';

/**
 * What the producer wants to become of a completed job; without a word what the worker wants. That
 * those which are kept push out older ones is left to BullMQ: it does so with each job of its own,
 * and none comes along without one of those.
 */
function keepingOf({ options }: JobAlong): Keeping {
  const { removeOnComplete } = JSON.parse(options) as { removeOnComplete?: unknown };
  if (removeOnComplete === true) return 'not at all';
  return removeOnComplete === undefined ? 'as usual' : 'in its own way';
}

function textOf(answer: unknown): string {
  return answer === undefined ? 'null' : JSON.stringify(answer);
}
