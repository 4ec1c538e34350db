import type { Queue } from 'bullmq';

type BulkJob = Parameters<Queue['addBulk']>[0][number];

interface Waiting {
  readonly job: BulkJob;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Adds jobs one by one, or those that were asked for in one turn of the event loop together. */
export class GatheredAdds {
  private readonly queue: Queue;
  private readonly gathers: boolean;
  private waiting: Waiting[] = [];

  constructor(queue: Queue, gathers: boolean) {
    this.queue = queue;
    this.gathers = gathers;
  }

  async add(job: BulkJob): Promise<void> {
    if (!this.gathers) {
      await this.queue.add(job.name, job.data, job.opts);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      if (this.waiting.push({ job, resolve, reject }) === 1) setImmediate(() => this.send());
    });
  }

  private send(): void {
    const together = this.waiting;
    this.waiting = [];
    this.queue
      .addBulk(together.map(({ job }) => job))
      .then(() => {
        for (const { resolve } of together) resolve();
      })
      .catch((error: unknown) => {
        for (const { reject } of together) reject(error);
      });
  }
}
