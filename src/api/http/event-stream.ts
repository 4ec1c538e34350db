import type { ServerResponse } from 'node:http';
import { messageOf, redactText } from '../../kernel/index.ts';
import type { Commit } from '../../saga/index.ts';
import { stockView } from '../../stock/index.ts';
import type { HttpParts } from './http-parts.ts';

export const LISTENERS_MAX = 100;
/** Changes are gathered this long, so that a sale of thousands a second is still readable. */
const GATHER_MS = 200;
const QUEUES_EVERY_MS = 2000;
/** Somebody who reads this much too slowly is let go; the browser comes back by itself. */
const BEHIND_MAX = 1024 * 1024;

/**
 * What happens, as it happens: server-sent events of this process. `order`, `stock` and `queues`
 * each carry a list; of an order or goods id that changed several times only the last is told.
 */
export class EventStream {
  private readonly parts: HttpParts;
  private readonly listeners = new Set<ServerResponse>();
  private readonly orders = new Map<string, object>();
  private readonly stock = new Map<number, object>();
  private stopListening: (() => void) | null = null;
  private timers: NodeJS.Timeout[] = [];
  private isClosed = false;

  constructor(parts: HttpParts) {
    this.parts = parts;
  }

  get isFull(): boolean {
    return this.listeners.size >= LISTENERS_MAX;
  }

  join(response: ServerResponse): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      connection: 'close', // whoever listened has nothing else to ask over it
    });
    response.write('retry: 2000\n\n');
    response.on('close', () => this.leave(response));
    // A line that breaks is nothing but a listener who has left.
    response.on('error', () => this.leave(response));
    if (this.isClosed) {
      response.end();
      return;
    }
    this.listeners.add(response);
    if (this.listeners.size === 1) this.start();
  }

  close(): void {
    this.isClosed = true;
    for (const response of this.listeners) response.end();
    this.listeners.clear();
    this.stop();
  }

  private leave(response: ServerResponse): void {
    this.listeners.delete(response);
    if (this.listeners.size === 0) this.stop();
  }

  /** Only while somebody listens; without anybody it costs nothing. */
  private start(): void {
    this.stopListening = this.parts.saga.onCommit((commit) => this.gather(commit));
    this.timers = [
      setInterval(() => this.tell(), GATHER_MS),
      setInterval(() => void this.tellQueues(), QUEUES_EVERY_MS),
    ];
  }

  private stop(): void {
    this.stopListening?.();
    this.stopListening = null;
    for (const timer of this.timers) clearInterval(timer);
    this.timers = [];
    // The next to come hears of what happens from then on.
    this.orders.clear();
    this.stock.clear();
  }

  private gather({ orders, stock }: Commit): void {
    for (const { from, order } of orders) {
      const { orderId, state, reason } = order;
      this.orders.set(orderId, { orderId, from, state, ...(reason === null ? {} : { reason }) });
    }
    for (const { after } of stock) this.stock.set(after.goodsId, stockView(after));
  }

  private tell(): void {
    for (const [event, changed] of [
      ['order', this.orders],
      ['stock', this.stock],
    ] as const) {
      if (changed.size > 0) this.send(event, [...changed.values()]);
      changed.clear();
    }
  }

  private async tellQueues(): Promise<void> {
    try {
      this.send('queues', await this.parts.queueCounts());
    } catch (error) {
      this.send('queues', { error: 'the queue Redis cannot be reached' });
      this.parts.logger.debug('queues could not be counted', {
        error: redactText(messageOf(error)),
      });
    }
  }

  private send(event: string, data: unknown): void {
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const response of this.listeners) {
      if (response.writableLength <= BEHIND_MAX) response.write(text);
      else {
        this.parts.logger.debug('a listener reads too slowly and is let go');
        this.leave(response);
        response.destroy();
      }
    }
  }
}
