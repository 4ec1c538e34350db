import { messageOf, pause } from '../../src/kernel/index.ts';
import type { QueueName } from '../../src/queues/index.ts';
import type { NoticeReceiver } from '../support/notice-receiver.ts';
import { until } from '../support/until.ts';
import type { CrashRival } from './crash-rival.ts';
import type { Play, Unsent } from './crash-scenario.ts';
import { hurryPlaced, isAnyOwed } from './crash-verdict.ts';
import type { SubjectProcess } from './subject-process.ts';
import type { Ask } from './subject-words.ts';
import type { Mode } from './wire-tap.ts';

export interface PlayParts {
  /** A number that no other playing of this lane has. */
  readonly number: number;
  readonly rival: CrashRival;
  readonly receiver: NoticeReceiver;
  readonly mode: Mode | undefined;
  readonly queues: readonly QueueName[];
  /** Who is the subject at this moment. */
  readonly subject: () => SubjectProcess;
  /** Has the fault struck? */
  readonly fired: () => boolean;
  /** Resolves when what the fault has broken is whole again; at once when it has not struck. */
  readonly recovered: () => Promise<void>;
}

const CALLS_MAX = 12;
const BOUND_MS = 25_000;

/** One playing of a scenario. Remembers what producers and callers have sent, to send it again. */
export class CrashPlay implements Play {
  readonly tag: string;
  readonly goods: readonly [number, number];
  readonly holdSeconds: number;
  readonly rival: CrashRival;
  readonly receiver: NoticeReceiver;
  readonly struck: boolean;
  readonly stalls: boolean;
  readonly blamed: string[] = [];
  readonly #parts: PlayParts;
  readonly #sent: (() => Promise<unknown>)[] = [];

  constructor(parts: PlayParts) {
    const { number, rival, receiver, mode } = parts;
    this.tag = String(number);
    this.goods = [number * 10 + 1, number * 10 + 2];
    this.holdSeconds = 900 + number * 2;
    this.rival = rival;
    this.receiver = receiver;
    this.struck = mode !== undefined;
    this.stalls = mode === 'stall';
    this.#parts = parts;
  }

  async job(queue: QueueName, ...payloads: readonly object[]): Promise<void> {
    const send = async () => {
      await this.rival.app.queues.add(queue, payloads);
      await this.until(() => this.rival.queuesAreIdle(this.#parts.queues), `${queue} is idle`);
    };
    this.#sent.push(send);
    await send();
  }

  async advance(event: Unsent): Promise<unknown> {
    const call = () => this.call({ kind: 'advance', event: { ...event, via: HTTP } });
    this.#sent.push(call);
    return await call();
  }

  async call(ask: Ask): Promise<unknown> {
    for (let calls = 1; ; calls += 1) {
      try {
        return await this.once(ask);
      } catch (error) {
        if (calls === CALLS_MAX) throw error;
        await this.#parts.recovered();
        await pause(20 * calls);
      }
    }
  }

  async once(ask: Ask): Promise<unknown> {
    return await this.#parts.subject().ask(ask);
  }

  async letTimePass(orderId: string): Promise<void> {
    await this.rival.app.database.write(
      `UPDATE orders SET due_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND
       WHERE order_id = ? AND due_at IS NOT NULL`,
      [orderId],
    );
  }

  async untilDecided(): Promise<void> {
    const { database } = this.rival.app;
    const isDecided = async () => {
      if (this.#parts.fired()) await hurryPlaced(database);
      return !(await isAnyOwed(database));
    };
    await this.until(isDecided, 'a decision about every order');
  }

  async until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
    await until(holds, BOUND_MS, what);
  }

  blame(what: string): void {
    this.blamed.push(what);
  }

  /** Whoever has sent something sends it once more, with the same ids. */
  async repeat(): Promise<void> {
    for (const send of this.#sent) {
      try {
        await send();
      } catch (error) {
        this.blame(`sent again: ${messageOf(error)}`);
      }
    }
  }
}

const HTTP = { cause: 'http', attempt: 1 } as const;
