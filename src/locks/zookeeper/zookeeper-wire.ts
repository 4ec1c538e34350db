import { connect, type Socket } from 'node:net';
import type { Account, ServerAddress } from '../server-list.ts';
import { JuteReader, JuteWriter } from './jute.ts';
import type { Question, Reply } from './zookeeper-words.ts';

const EVENT = -1;
const PING = -2;
const SIGN_IN = -4;
const SIGN_IN_TYPE = 100;
const PING_TYPE = 11;
const CLOSE_TYPE = -11;
const LONGEST_FRAME = 64 * 1024 * 1024;

/** How a session introduces itself; the id is 0 for one that is to be made. */
export interface Introduction {
  readonly id: bigint;
  readonly password: Buffer;
  readonly timeoutMs: number;
  readonly lastZxid: bigint;
  readonly account: Account | undefined;
}

export interface Welcome {
  /** 0: the session is over. */
  readonly timeoutMs: number;
  readonly id: bigint;
  readonly password: Buffer;
}

export interface WireEvents {
  welcome(welcome: Welcome): void;
  /** Anything came from the server. */
  heard(): void;
  /** The line is gone; nothing comes after this. */
  ended(problem: string): void;
}

interface Pending {
  readonly xid: number;
  readonly question: Question;
  readonly settle: (reply: Reply | undefined) => void;
}

/** One connection to one server. Answers come in the order of the questions. */
export class ZooKeeperWire {
  readonly #socket: Socket;
  readonly #events: WireEvents;
  readonly #pending: Pending[] = [];
  readonly #watches = new Map<string, Set<() => void>>();
  #rest: Buffer = Buffer.alloc(0);
  #isWelcome = false;
  #ended = false;
  #xid = 0;

  constructor(address: ServerAddress, introduction: Introduction, events: WireEvents) {
    this.#events = events;
    this.#socket = connect({ host: address.host, port: address.port, noDelay: true });
    const { id, password, timeoutMs, lastZxid, account } = introduction;
    const hello = new JuteWriter().int(0).long(lastZxid).int(timeoutMs).long(id).bytes(password);
    this.#socket.write(hello.bool(false).frame());
    if (account) this.#signIn(account);
    this.#socket.on('data', (data: Buffer) => this.#read(data));
    this.#socket.on('error', (error: Error) => this.end(error.message));
    this.#socket.on('close', () => this.end('the server closed the connection'));
  }

  /** Said before anything is asked: what is made after it belongs to the account. */
  #signIn({ user, password }: Account): void {
    const words = new JuteWriter().int(SIGN_IN).int(SIGN_IN_TYPE).int(0).text('digest');
    this.#socket.write(words.text(`${user}:${password}`).frame());
  }

  /** The reply; nothing when the line ended before it came. */
  ask(question: Question): Promise<Reply | undefined> {
    if (this.#ended) return Promise.resolve(undefined);
    this.#xid = (this.#xid % 0x7fffffff) + 1;
    const xid = this.#xid;
    this.#socket.write(new JuteWriter().int(xid).int(question.type).record(question.write).frame());
    return new Promise((settle) => this.#pending.push({ xid, question, settle }));
  }

  /** Sends many questions in as few packets as can be. */
  askAll(questions: readonly Question[]): Promise<(Reply | undefined)[]> {
    this.#socket.cork();
    const replies = questions.map((question) => this.ask(question));
    this.#socket.uncork();
    return Promise.all(replies);
  }

  ping(): void {
    if (!this.#ended) this.#socket.write(new JuteWriter().int(PING).int(PING_TYPE).frame());
  }

  /** Ends the session with all that it made. */
  closeSession(): Promise<Reply | undefined> {
    return this.ask({ type: CLOSE_TYPE, write: () => undefined });
  }

  end(problem: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.destroy();
    for (const { settle } of this.#pending.splice(0)) settle(undefined);
    for (const calls of this.#watches.values()) for (const call of calls) call();
    this.#watches.clear();
    this.#events.ended(problem);
  }

  #read(data: Buffer): void {
    this.#events.heard();
    this.#rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, data]) : data;
    try {
      while (!this.#ended && this.#rest.length >= 4) {
        const length = this.#rest.readInt32BE();
        if (length < 0 || length > LONGEST_FRAME) throw new RangeError('a frame without end');
        if (this.#rest.length < 4 + length) return;
        const frame = new JuteReader(this.#rest.subarray(4, 4 + length));
        this.#rest = this.#rest.subarray(4 + length);
        if (this.#isWelcome) this.#frame(frame);
        else this.#welcome(frame);
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.end('it does not speak as ZooKeeper does');
    }
  }

  #welcome(frame: JuteReader): void {
    this.#isWelcome = true;
    frame.int(); // the version of the protocol, of which there is one
    const timeoutMs = frame.int();
    const id = frame.long();
    this.#events.welcome({ timeoutMs, id, password: Buffer.from(frame.bytes()) });
  }

  #frame(frame: JuteReader): void {
    const xid = frame.int();
    const zxid = frame.long();
    const code = frame.int();
    if (xid === PING) return;
    if (xid === SIGN_IN) {
      if (code !== 0) this.end('refused the account');
      return;
    }
    if (xid === EVENT) {
      frame.int(); // what happened to the node
      frame.int(); // how the session is
      this.#happened(frame.text());
      return;
    }
    const pending = this.#pending.shift();
    if (pending?.xid !== xid) throw new RangeError('an answer to another question');
    const { watch } = pending.question;
    if (watch && code === 0) {
      const calls = this.#watches.get(watch.path) ?? new Set();
      this.#watches.set(watch.path, calls.add(watch.call));
    }
    pending.settle({ code, zxid, body: frame });
  }

  #happened(path: string): void {
    const calls = this.#watches.get(path);
    this.#watches.delete(path);
    for (const call of calls ?? []) call();
  }
}
