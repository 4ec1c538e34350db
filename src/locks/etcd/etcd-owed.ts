import { pause } from '../../kernel/index.ts';
import type { EtcdGateway } from './etcd-gateway.ts';
import type { EtcdLine } from './etcd-line.ts';
import type { EtcdTicket } from './etcd-ticket.ts';

const MOST = 1000;
const PAUSE_MS = 200;

/**
 * Tickets that could not be given back, or may come to life after all: ended when the cluster
 * answers again. After some ttl they have ended without us.
 */
export class EtcdOwed {
  readonly #gateway: EtcdGateway;
  readonly #line: EtcdLine;
  readonly #keepMs: number;
  readonly #owed = new Set<EtcdTicket>();
  #isPaying = false;

  constructor(gateway: EtcdGateway, line: EtcdLine, ttlMs: number) {
    this.#gateway = gateway;
    this.#line = line;
    this.#keepMs = ttlMs * 2;
  }

  /** Ends it now, in the background, or when that is possible. */
  async giveBack(ticket: EtcdTicket): Promise<void> {
    if (await this.#line.revoke(ticket)) return;
    this.#owed.add(ticket);
    if (this.#owed.size > MOST) this.#owed.delete(this.#owed.values().next().value as EtcdTicket);
    if (!this.#isPaying) void this.#pay();
  }

  async #pay(): Promise<void> {
    this.#isPaying = true;
    while (this.#owed.size > 0 && !this.#gateway.isClosed) {
      await pause(PAUSE_MS);
      const now = this.#gateway.clock.monotonicMs();
      for (const ticket of [...this.#owed]) {
        const isOver = ticket.sentAt.monotonicMs + this.#keepMs < now;
        if (isOver || (await this.#line.revoke(ticket))) this.#owed.delete(ticket);
        else break; // the others would fare no better now
      }
    }
    this.#isPaying = false;
  }
}
