import { type Clock, type Logger, messageOf, randomName } from '../kernel/index.ts';
import { type RedisClient, whenReady } from '../redis/index.ts';
import { KEPT_SECONDS, type Pulse } from './pulse.ts';
import {
  type CountedSecond,
  isIdle,
  type PulseSecond,
  secondOfText,
  shownSecond,
  textOfSecond,
  together,
} from './pulse-second.ts';
import { Reading } from './reading.ts';

export interface SharedPulseParts {
  readonly pulse: Pulse;
  /** The Redis of the queues. */
  readonly redis: () => RedisClient;
  readonly queuePrefix: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What all processes did, as far as this one knows. */
export interface SharedSeconds {
  readonly seconds: readonly PulseSecond[];
  /** False when only this process could be asked. */
  readonly isShared: boolean;
  /** How many did anything in the minutes that are kept. */
  readonly processes: number;
}

/** Five minutes of thirty busy processes; of more, the oldest seconds are missing. */
const ENTRIES_MAX = 10_000;
const PAGE = 1000;
/** What could not be told for longer than this is not told any more. */
const BEHIND_SECONDS = 60;
/** A second is told when it is over, and a little more: clocks do not wake exactly. */
const AFTER_MS = 20;
const READY_MS = 300;
const LIMIT_MS = 500;
const KEEP_MS = 200;

/**
 * The pulses of all processes, put together. Each adds its seconds to one stream in the Redis of
 * the queues when they are over: two commands a second at most, whatever there was to do, none
 * when there was nothing. Who shows them reads on from where it was. All of it may be forgotten.
 */
export class SharedPulse {
  private readonly parts: SharedPulseParts;
  private readonly key: string;
  private readonly name = randomName(8);
  private readonly others: Reading<void>;
  private readonly heard = new Map<number, Map<string, CountedSecond>>();
  private lastEntry: string | null = null;
  private toldUntil = 0;
  private timer: NodeJS.Timeout | undefined;
  private telling: Promise<void> = Promise.resolve();

  constructor(parts: SharedPulseParts) {
    this.parts = parts;
    this.key = `${parts.queuePrefix}:pulse`;
    const ask = (): Promise<void> => this.hear();
    this.others = new Reading({
      ask,
      limitMs: LIMIT_MS,
      keepMs: () => KEEP_MS,
      clock: parts.clock,
    });
    parts.redis(); // connects, for the first second that is over
    this.tellLater();
  }

  async since(at: number): Promise<SharedSeconds> {
    const found = await this.others.read();
    this.forgetOld();
    const bySecond = new Map<number, CountedSecond[]>();
    const names = new Set<string>();
    for (const [second, byName] of this.heard) {
      for (const name of byName.keys()) names.add(name);
      if (second >= at) bySecond.set(second, [...byName.values()]);
    }
    for (const own of this.parts.pulse.since(at)) {
      bySecond.set(own.at, [...(bySecond.get(own.at) ?? []), own]);
    }
    const seconds = [...bySecond.values()].map((parts) => shownSecond(together(parts)));
    return {
      seconds: seconds.toSorted((one, other) => one.at - other.at),
      isShared: found.ok,
      processes: names.size,
    };
  }

  /** Tells the rest, the second that goes on included. */
  async close(): Promise<void> {
    clearTimeout(this.timer);
    await this.telling;
    await this.tell(this.parts.pulse.since(this.toldUntil + 1));
  }

  private tellLater(): void {
    const intoSecond = this.parts.clock.wallMs() % 1000;
    this.timer = setTimeout(
      () => {
        this.telling = this.tell(this.parts.pulse.overSince(this.toldUntil));
        this.tellLater();
      },
      1000 + AFTER_MS - intoSecond,
    );
    this.timer.unref();
  }

  /** Never rejects: what could not be told is told with the next second. */
  private async tell(seconds: readonly CountedSecond[]): Promise<void> {
    const busy = seconds.filter((one) => !isIdle(one)).slice(-BEHIND_SECONDS);
    const client = this.parts.redis();
    if (busy.length === 0 || client.status !== 'ready') return;
    const { key, name } = this;
    const commands = client.pipeline();
    for (const one of busy) {
      const fields = ['process', name, 'second', textOfSecond(one)];
      commands.xadd(key, 'MAXLEN', '~', ENTRIES_MAX, '*', ...fields);
    }
    commands.expire(key, KEPT_SECONDS + BEHIND_SECONDS);
    try {
      const answers = (await commands.exec()) ?? [];
      const failed = answers.find(([error]) => error !== null)?.[0];
      if (failed) throw failed;
      this.toldUntil = busy.at(-1)?.at ?? this.toldUntil;
    } catch (error) {
      this.parts.logger.debug('the pulse could not be told', { error: messageOf(error) });
    }
  }

  private async hear(): Promise<void> {
    const client = this.parts.redis();
    await whenReady(client, READY_MS);
    // Entries are numbered by the time of their server, which may be another than ours.
    const oldestMs = this.parts.clock.wallMs() - (KEPT_SECONDS + BEHIND_SECONDS) * 1000;
    if (Number.parseInt(this.lastEntry ?? '0', 10) < oldestMs) this.lastEntry = null;
    for (;;) {
      const from = this.lastEntry === null ? String(oldestMs) : `(${this.lastEntry}`;
      const entries = await client.xrange(this.key, from, '+', 'COUNT', PAGE);
      for (const [id, [, name = '', , text = '']] of entries) {
        this.lastEntry = id;
        this.keep(name, text);
      }
      if (entries.length < PAGE) return;
    }
  }

  private keep(name: string, text: string): void {
    if (name === this.name) return;
    const second = secondOfText(text);
    if (second === null) return;
    const byName = this.heard.get(second.at) ?? new Map<string, CountedSecond>();
    // Told twice when the answer to the first time was lost.
    byName.set(name, second);
    this.heard.set(second.at, byName);
  }

  private forgetOld(): void {
    const oldest = this.parts.clock.wallMs() / 1000 - KEPT_SECONDS;
    for (const at of this.heard.keys()) if (at < oldest) this.heard.delete(at);
  }
}
