import { Redis } from 'ioredis';
import type { LockEntry } from './lock-load.ts';

/** What comes over the line; commands inside of scripts are counted by the servers as well. */
const SCRIPTS = ['eval', 'evalsha'];
const SENT: Readonly<Partial<Record<LockEntry['library'], readonly string[]>>> = {
  'redis-semaphore': [...SCRIPTS, 'set'],
};

/** Counts what Redis servers are sent. */
export class CommandCounts {
  private readonly clients = new Map<string, Redis>();

  constructor(urls: readonly string[]) {
    for (const url of urls) this.clients.set(url, new Redis(url));
  }

  /** Null for those that use no Redis. */
  async during<T>(
    entry: LockEntry,
    run: () => Promise<T>,
  ): Promise<{ result: T; commands: number | null }> {
    const before = await this.count(entry);
    const result = await run();
    const after = await this.count(entry);
    const commands = before === null || after === null ? null : after - before;
    return { result, commands };
  }

  close(): void {
    for (const client of this.clients.values()) client.disconnect();
  }

  private async count({ urls, library }: LockEntry): Promise<number | null> {
    const clients = urls.flatMap((url) => this.clients.get(url) ?? []);
    if (clients.length === 0) return null;
    const texts = await Promise.all(clients.map((client) => client.info('commandstats')));
    const names = SENT[library] ?? SCRIPTS;
    return texts
      .flatMap((text) => names.map((name) => callsOf(text, name)))
      .reduce((sum, calls) => sum + calls, 0);
  }
}

function callsOf(text: string, name: string): number {
  return Number(new RegExp(`^cmdstat_${name}:calls=(\\d+)`, 'm').exec(text)?.[1] ?? 0);
}
