import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { BentClock } from './bent-clock.ts';
import type { RedisNode } from './redis-nodes.ts';
import { type AskedLock, askedLocks } from './redis-requests.ts';

/** The first of two things that a lock script answers with: the time, 16 digits of it. */
const SCRIPT_TIME = /(?<=\*2\r\n:)\d{16}(?=\r\n)/g;
const INFO_TIME = /(?<=server_time_usec:)\d{16}/g;
/** The last argument of a request: until when it is to be obeyed. */
const OUT_OF_DATE = /(?<=\$16\r\n)\d{16}(?=\r\n(?:\*|$))/g;

/** A way in of its own, so that what befalls one client does not befall the others. */
interface Door {
  readonly server: Server;
  url: string;
  /** Answers take so much longer. */
  lagMs: number;
  /** What the client sends is lost without a sign, and with `dark` what the node answers, too. */
  deaf: boolean;
  dark: boolean;
  /** Connections are refused. */
  shut: boolean;
}

interface Link {
  readonly door: Door;
  readonly client: Socket;
  readonly node: Socket;
  /** Nothing is answered on it any more. */
  mute: boolean;
  /** Its next answer is swallowed, and the line is cut. */
  doomed: boolean;
  /** Sent by the client and not delivered yet, and when. */
  stuck: { readonly text: string; readonly at: number }[];
  /** Answers that lag, and when the last of them is due: none overtakes another. */
  readonly late: string[];
  dueAt: number;
}

/** A line to a Redis node on which a clock can jump, an answer be lost, a request be stuck. */
export class FaultProxy {
  readonly #node: RedisNode;
  readonly #clock: BentClock;
  readonly #doors: Door[];
  readonly #links = new Set<Link>();
  #cutNext = false;
  #muteWord: string | undefined;
  #sticking = false;
  #abandoned: Link[] = [];

  constructor(node: RedisNode, doors = 1) {
    this.#node = node;
    this.#clock = new BentClock(node);
    this.#doors = Array.from({ length: doors }, () => {
      const server = createServer((client) => this.#join(client, door));
      const door: Door = { server, url: '', lagMs: 0, deaf: false, dark: false, shut: false };
      return door;
    });
  }

  get url(): string {
    return this.urlOf(0);
  }

  urlOf(door: number): string {
    return this.#door(door).url;
  }

  async listen(): Promise<void> {
    for (const door of this.#doors) {
      door.server.listen(0, '127.0.0.1');
      await once(door.server, 'listening');
      const address = door.server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      door.url = `redis://127.0.0.1:${port}`;
    }
  }

  async close(): Promise<void> {
    const closed = this.#doors.map(({ server }) => once(server.close(), 'close'));
    for (const { client, node } of this.#links) {
      client.destroy();
      node.destroy();
    }
    for (const { node } of this.#abandoned) node.destroy();
    await Promise.all(closed);
  }

  /** As if somebody had set the node's clock: by so much more or less of every ttl is left. */
  jump(ms: number): Promise<void> {
    return this.#clock.jump(ms);
  }

  /** As if the node's clock ran at so many times its speed, for so long. */
  drift(rate: number, forMs: number): Promise<void> {
    return this.#clock.drift(rate, forMs);
  }

  /** The next request is carried out, but its answer is lost with the connection. */
  cutAfterSend(): void {
    this.#cutNext = true;
  }

  /** The first line that sends this word gets no answer any more; answers when that was so. */
  muteAt(word: string): () => boolean {
    this.#muteWord = word;
    return () => this.#muteWord === undefined;
  }

  /** Nobody gets through, until `comeUp`. */
  goDown(door?: number): void {
    const doors = this.#some(door);
    for (const one of doors) one.shut = true;
    for (const link of this.#links) if (doors.includes(link.door)) link.client.destroy();
  }

  comeUp(door?: number): void {
    for (const one of this.#some(door)) one.shut = false;
  }

  /** Answers to one client come so much later than they were given. */
  lag(door: number, ms: number): void {
    this.#door(door).lagMs = ms;
  }

  /** The node hears nothing of one client; what it answered before that still comes. */
  goDeaf(door: number): void {
    this.#door(door).deaf = true;
  }

  /** They lose sight of each other; the lines stand as if nothing had been. */
  goDark(door: number): void {
    this.#door(door).deaf = true;
    this.#door(door).dark = true;
  }

  /** They see each other again, on new lines. */
  goLight(door: number): void {
    const found = this.#door(door);
    found.deaf = false;
    found.dark = false;
    found.lagMs = 0;
    for (const link of this.#links) if (link.door === found) link.client.destroy();
  }

  /** From now on requests lie in a buffer; those of lines that are cut as well. */
  stick(): void {
    this.#sticking = true;
  }

  get stuck(): boolean {
    return [...this.#links].some(({ stuck }) => stuck.length > 0);
  }

  /** Cuts every line; what is stuck stays on its way to the node. */
  cut(): void {
    for (const link of this.#links) {
      if (link.stuck.length > 0) this.#abandoned.push(link);
      link.client.destroy();
    }
  }

  /** New requests go through again; what is stuck stays where it is. */
  flow(): void {
    this.#sticking = false;
  }

  /** The locks that are asked for by what has been stuck for longer than this. */
  stuckFor(ms: number): AskedLock[] {
    const before = performance.now() - ms;
    return [...this.#links, ...this.#abandoned].flatMap(({ stuck }) =>
      stuck.filter(({ at }) => at < before).flatMap(({ text }) => askedLocks(text)),
    );
  }

  /** Whatever is stuck arrives now. */
  deliver(): void {
    this.flow();
    for (const link of [...this.#links, ...this.#abandoned]) {
      for (const { text } of link.stuck.splice(0)) this.#send(link, text);
    }
  }

  #door(index: number): Door {
    const door = this.#doors[index];
    if (!door) throw new Error(`there is no door ${index}`);
    return door;
  }

  #some(door: number | undefined): readonly Door[] {
    return door === undefined ? this.#doors : [this.#door(door)];
  }

  #join(client: Socket, door: Door): void {
    if (door.shut) return void client.destroy();
    const node = connect(this.#node.port, '127.0.0.1');
    const fate = { mute: false, doomed: false, stuck: [], late: [], dueAt: 0 };
    const link: Link = { door, client, node, ...fate };
    this.#links.add(link);
    // A cut line is what this is for.
    client.on('error', () => client.destroy());
    node.on('error', () => node.destroy());
    client.on('close', () => {
      this.#links.delete(link);
      if (!this.#abandoned.includes(link)) node.destroy();
    });
    node.on('close', () => client.destroy());
    client.on(
      'data',
      inLines((text) => this.#ask(link, text)),
    );
    node.on(
      'data',
      inLines((text) => this.#answer(link, text)),
    );
  }

  #ask(link: Link, text: string): void {
    if (link.door.deaf) return;
    if (this.#sticking || link.stuck.length > 0) {
      return void link.stuck.push({ text, at: performance.now() });
    }
    if (this.#cutNext && text.includes('evalsha')) {
      this.#cutNext = false;
      link.doomed = true;
    }
    if (this.#muteWord !== undefined && text.includes(this.#muteWord)) {
      this.#muteWord = undefined;
      link.mute = true;
    }
    this.#send(link, text);
  }

  #send(link: Link, text: string): void {
    link.node.write(this.#shifted(text, [OUT_OF_DATE], -this.#clock.aheadMs), 'latin1');
  }

  #answer(link: Link, text: string): void {
    if (link.mute) return;
    if (link.doomed) return void link.client.destroy();
    const shifted = this.#shifted(text, [SCRIPT_TIME, INFO_TIME], this.#clock.aheadMs);
    if (link.door.lagMs === 0 && link.late.length === 0) return this.#hand(link, shifted);
    const now = performance.now();
    link.dueAt = Math.max(link.dueAt, now + link.door.lagMs);
    link.late.push(shifted);
    setTimeout(() => this.#hand(link, link.late.shift() ?? ''), link.dueAt - now);
  }

  #hand(link: Link, text: string): void {
    if (link.door.dark || link.client.destroyed) return;
    link.client.write(text, 'latin1');
  }

  /** As many digits as before, so that no length has to be mended. */
  #shifted(text: string, times: readonly RegExp[], ms: number): string {
    if (ms === 0) return text;
    const shift = (micros: string) => String(Number(micros) + Math.round(ms * 1000));
    return times.reduce((all, time) => all.replace(time, shift), text);
  }
}

/** Whole lines only, so that no number is ever seen in two halves. */
function inLines(take: (text: string) => void): (data: Buffer) => void {
  let rest = '';
  return (data) => {
    const text = rest + data.toString('latin1');
    const end = text.lastIndexOf('\r\n') + 2;
    rest = text.slice(Math.max(1, end));
    if (end > 1) take(text.slice(0, end));
    else rest = text;
  };
}
