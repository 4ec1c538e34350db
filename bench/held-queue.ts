import { Queue } from 'bullmq';
import { Redis } from 'ioredis';

/** Keeps the jobs of one queue from the workers while a measurement is prepared. */
export class HeldQueue {
  private readonly connection: Redis;
  private readonly queue: Queue;

  constructor(redisUrl: string, prefix: string, name: string) {
    this.connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
    this.queue = new Queue(name, { connection: this.connection, prefix });
  }

  hold(): Promise<void> {
    return this.queue.pause();
  }

  letGo(): Promise<void> {
    return this.queue.resume();
  }

  async close(): Promise<void> {
    await this.queue.close();
    this.connection.disconnect();
  }
}
