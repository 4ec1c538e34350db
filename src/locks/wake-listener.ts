import { type Logger, messageOf, pause } from '../kernel/index.ts';
import { connectServer, type RedisClient } from '../redis/index.ts';
import type { LockTls } from './lock.ts';

export interface WakeListenerOptions {
  readonly urls: readonly string[];
  readonly tls: LockTls | undefined;
  readonly channel: string;
  readonly quorum: number;
  readonly logger: Logger;
  readonly onWake: (node: number, member: string, fence: number) => void;
}

const PATIENCE_MS = 250;

/**
 * The ear of this process: one subscription per node, made when somebody waits for the first
 * time. Whoever releases calls the next waiter's process only.
 */
export class WakeListener {
  readonly #options: WakeListenerOptions;
  readonly #clients: RedisClient[] = [];
  #started: Promise<void> | undefined;
  #listening = false;
  #closed = false;

  constructor(options: WakeListenerOptions) {
    this.#options = options;
  }

  /** False: a call may have been missed until now. */
  get listening(): boolean {
    return this.#listening;
  }

  /** Settles when most nodes can call us; nodes that stay silent are not waited for. */
  listen(): Promise<void> {
    this.#started ??= this.#start();
    return this.#started;
  }

  close(): void {
    this.#closed = true;
    for (const client of this.#clients) client.disconnect();
  }

  async #start(): Promise<void> {
    const { urls, quorum } = this.#options;
    const live = new Set<number>();
    const enough = new Promise<void>((resolve) => {
      urls.forEach((url, node) => {
        this.#subscribe(url, node, () => {
          live.add(node);
          if (live.size >= quorum) resolve();
        });
      });
    });
    const stop = new AbortController();
    await Promise.race([enough, pause(PATIENCE_MS, stop.signal)]);
    stop.abort();
    this.#listening = true;
  }

  #deaf(error: unknown): void {
    if (this.#closed) return; // closing is what cut it off
    this.#options.logger.warn('lock wake-up calls are not heard', { error: messageOf(error) });
  }

  #subscribe(url: string, node: number, onLive: () => void): void {
    const { logger, channel, onWake, tls } = this.#options;
    const name = 'holdfast-lock-wake';
    const client = connectServer(url, 'subscriber', { logger, name, ...(tls && { tls }) });
    this.#clients.push(client);
    client.on('message', (_: string, message: string) => {
      const [member = '', fence] = message.split(' ');
      onWake(node, member, Number(fence));
    });
    client.on('ready', () => {
      // Waiters rely on their own retries when it fails, and on the other nodes.
      client.subscribe(channel).then(onLive, (error: unknown) => this.#deaf(error));
    });
  }
}
