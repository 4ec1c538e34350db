import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { RedisNode } from './redis-nodes.ts';

/** A clock that jumps ends what expires: so many ms are taken from every key that has an end. */
const SHIFT_EXPIRY = `
local cursor = '0'
repeat
  local page = redis.call('SCAN', cursor, 'COUNT', 1000)
  cursor = page[1]
  for _, key in ipairs(page[2]) do
    local left = redis.call('PTTL', key)
    if left >= 0 then redis.call('PEXPIRE', key, left - ARGV[1]) end
  end
until cursor == '0'`;

/** The first of two things that a lock script answers with: the time, 16 digits of it. */
const SCRIPT_TIME = /(?<=\*2\r\n:)\d{16}(?=\r\n)/g;
const INFO_TIME = /(?<=server_time_usec:)\d{16}/g;
/** The last argument of a request: until when it is to be obeyed. */
const OUT_OF_DATE = /(?<=\$16\r\n)\d{16}(?=\r\n(?:\*|$))/g;

interface Link {
  readonly client: Socket;
  readonly node: Socket;
  /** Nothing is answered on it any more. */
  mute: boolean;
  /** Its next answer is swallowed, and the line is cut. */
  doomed: boolean;
  /** Sent by the client and not delivered yet. */
  stuck: string[];
}

/** A line to a Redis node on which a clock can jump, an answer be lost, a request be stuck. */
export class FaultProxy {
  readonly #node: RedisNode;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #aheadMs = 0;
  #cutNext = false;
  #muteWord: string | undefined;
  #sticking = false;
  #down = false;
  #abandoned: Link[] = [];
  url = '';

  constructor(node: RedisNode) {
    this.#node = node;
    this.#server = createServer((client) => this.#join(client));
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    this.url = `redis://127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const { client, node } of this.#links) {
      client.destroy();
      node.destroy();
    }
    for (const { node } of this.#abandoned) node.destroy();
    await once(this.#server, 'close');
  }

  /** As if somebody had set the node's clock: by so much more or less of every ttl is left. */
  async jump(ms: number): Promise<void> {
    this.#aheadMs += ms;
    await this.#node.client.eval(SHIFT_EXPIRY, 0, ms);
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
  goDown(): void {
    this.#down = true;
    for (const { client } of this.#links) client.destroy();
  }

  comeUp(): void {
    this.#down = false;
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

  /** Whatever is stuck arrives now. */
  deliver(): void {
    this.flow();
    for (const link of [...this.#links, ...this.#abandoned]) {
      for (const text of link.stuck.splice(0)) this.#send(link, text);
    }
  }

  #join(client: Socket): void {
    if (this.#down) return void client.destroy();
    const node = connect(this.#node.port, '127.0.0.1');
    const link: Link = { client, node, mute: false, doomed: false, stuck: [] };
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
    if (this.#sticking || link.stuck.length > 0) return void link.stuck.push(text);
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
    link.node.write(this.#shifted(text, [OUT_OF_DATE], -this.#aheadMs), 'latin1');
  }

  #answer(link: Link, text: string): void {
    if (link.mute) return;
    if (link.doomed) return void link.client.destroy();
    if (link.client.destroyed) return;
    link.client.write(this.#shifted(text, [SCRIPT_TIME, INFO_TIME], this.#aheadMs), 'latin1');
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
