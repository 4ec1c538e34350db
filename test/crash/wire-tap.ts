import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { packetEnd } from './mysql-wire.ts';
import { isPush, valueEnd } from './redis-wire.ts';
import type { Named } from './request-labels.ts';

/**
 * - fail-before: the request is not passed on, and its line is cut
 * - fail-after: it is carried out, its answer is lost, and the line is cut
 * - kill-before, kill-after: the process dies at these moments
 * - stall: the process stands still for longer than its locks last, and then goes on
 */
export const MODES = ['fail-before', 'fail-after', 'kill-before', 'kill-after', 'stall'] as const;
export type Mode = (typeof MODES)[number];

/** One request of a scenario: the k-th of its name to its server. */
export interface Point {
  readonly target: string;
  readonly label: string;
  readonly nth: number;
}

export interface Fault {
  readonly point: Point;
  readonly mode: Mode;
  /** Ends the process, or makes it stand still: called at the moment itself. */
  readonly strike: () => void;
}

export interface TapTarget {
  readonly name: string;
  /**
   * One of several that are alike, and of which others are asked for other names: in each playing
   * they are counted in the order in which they were first asked.
   */
  readonly alike?: string;
  readonly port: number;
  readonly speaks: 'mysql' | 'redis';
  readonly nameOf: (request: Buffer) => Named;
}

interface Link {
  readonly target: TapTarget;
  readonly client: Socket;
  readonly server: Socket;
  fromClient: Buffer;
  fromServer: Buffer;
  /** Commands sent and answered, for Redis, which is asked many things at once. */
  asked: number;
  answered: number;
  /** The answer with this number is never passed on. */
  doomed: number | undefined;
  /** Nothing is passed on before the process goes on. */
  held: boolean;
}

/** Stands between one process and all its servers; numbers what it asks, and strikes once. */
export class WireTap {
  readonly #targets: readonly TapTarget[];
  readonly #servers: Server[] = [];
  readonly #links = new Set<Link>();
  #seen: Point[] = [];
  #counts = new Map<string, number>();
  /** What those that are alike are called in this playing. */
  #called = new Map<string, string>();
  #counting = false;
  #fault: Fault | undefined;
  #fired = false;
  #isDead = false;
  #lastMs = 0;

  constructor(targets: readonly TapTarget[]) {
    this.#targets = targets;
  }

  /** Answers the ports to be used in place of those of the targets, in their order. */
  async listen(): Promise<readonly number[]> {
    const ports: number[] = [];
    for (const target of this.#targets) {
      const server = createServer((client) => this.#join(target, client));
      this.#servers.push(server);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      ports.push(typeof address === 'object' && address ? address.port : 0);
    }
    return ports;
  }

  /** From now on requests are numbered, and the fault strikes at its point. */
  begin(fault?: Fault): void {
    this.#seen = [];
    this.#counts = new Map();
    this.#called = new Map();
    this.#counting = true;
    this.#fired = false;
    this.#fault = fault;
    this.#lastMs = performance.now();
  }

  /** What was asked since then: server by server, each in order. */
  end(): readonly Point[] {
    this.#counting = false;
    this.#fault = undefined;
    const alone = this.#targets.flatMap(({ name, alike }) => (alike === undefined ? [name] : []));
    const names = [...alone, ...this.#called.values()];
    return names.flatMap((name) => this.#seen.filter(({ target }) => target === name));
  }

  get fired(): boolean {
    return this.#fired;
  }

  /** How many requests were numbered so far. */
  get numbered(): number {
    return this.#seen.length;
  }

  /** For how long nobody has asked anything that is numbered. */
  quietMs(): number {
    return performance.now() - this.#lastMs;
  }

  /** What was held back goes on its way. */
  release(): void {
    for (const link of this.#links) {
      if (!link.held) continue;
      link.held = false;
      this.#pass(link);
    }
  }

  async close(): Promise<void> {
    this.#isDead = true;
    const closed = this.#servers.map((server) => once(server.close(), 'close'));
    for (const link of this.#links) cut(link);
    await Promise.all(closed);
  }

  #join(target: TapTarget, client: Socket): void {
    if (this.#isDead) return void client.destroy();
    const server = connect(target.port, '127.0.0.1');
    const empty = Buffer.alloc(0);
    const counts = { asked: 0, answered: 0, doomed: undefined, held: false };
    const link: Link = { target, client, server, fromClient: empty, fromServer: empty, ...counts };
    this.#links.add(link);
    client.setNoDelay(true);
    server.setNoDelay(true);
    for (const socket of [client, server]) {
      socket.on('error', () => cut(link)); // a cut line is what this is for
      socket.on('close', () => {
        this.#links.delete(link);
        cut(link);
      });
    }
    client.on('data', (data: Buffer) => {
      link.fromClient = joined(link.fromClient, data);
      if (!link.held) this.#pass(link);
    });
    server.on('data', (data: Buffer) => this.#answer(link, data));
  }

  /** Passes on what has come whole, one request after the other, until the fault. */
  #pass(link: Link): void {
    const endOf = link.target.speaks === 'mysql' ? packetEnd : valueEnd;
    let at = 0;
    while (at < link.fromClient.length && !this.#isDead && !link.client.destroyed) {
      const end = endOf(link.fromClient, at);
      if (end < 0) break;
      const request = link.fromClient.subarray(at, end);
      const isStruck = this.#isTheOne(link.target, request);
      if (isStruck && this.#strikeBefore(link)) break;
      if (isStruck) link.doomed = link.asked;
      link.asked += 1;
      link.server.write(request);
      at = end;
    }
    link.fromClient = link.fromClient.subarray(at);
  }

  #isTheOne(target: TapTarget, request: Buffer): boolean {
    if (!this.#counting) return false;
    const named = target.nameOf(request);
    if (named.leftOut !== undefined) return false;
    const name = this.#nameOf(target, named.label);
    if (name === undefined) return false;
    this.#lastMs = performance.now();
    const key = `${name} ${named.label}`;
    const nth = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, nth);
    this.#seen.push({ target: name, label: named.label, nth });
    const wanted = this.#fired ? undefined : this.#fault?.point;
    return wanted !== undefined && `${wanted.target} ${wanted.label}` === key && wanted.nth === nth;
  }

  /** Undefined for one that has nothing to give back but what time going by has brought it. */
  #nameOf({ name, alike }: TapTarget, label: string): string | undefined {
    if (alike === undefined) return name;
    const known = this.#called.get(name);
    if (known !== undefined || label === 'release') return known;
    const called = `${alike}${this.#called.size + 1}`;
    this.#called.set(name, called);
    return called;
  }

  /** Answers whether the request stays here. */
  #strikeBefore(link: Link): boolean {
    const { mode, strike } = this.#fault ?? {};
    if (mode === 'fail-after' || mode === 'kill-after' || strike === undefined) return false;
    this.#fired = true;
    if (mode === 'fail-before') cut(link);
    if (mode === 'kill-before') this.#isDead = true;
    if (mode === 'stall') link.held = true;
    strike();
    // What is held back was counted already, and is passed on as it stands.
    if (mode === 'stall') this.#counting = false;
    return true;
  }

  #strikeAfter(link: Link): void {
    const { mode, strike } = this.#fault ?? {};
    this.#fired = true;
    if (mode === 'kill-after') this.#isDead = true;
    strike?.();
    cut(link);
  }

  #answer(link: Link, data: Buffer): void {
    if (this.#isDead) return;
    if (link.target.speaks === 'mysql') {
      // A trip of several statements may have begun only: then it is part of a transaction, which
      // the end of the line undoes as a whole.
      if (link.doomed === undefined) link.client.write(data);
      else this.#strikeAfter(link);
      return;
    }
    link.fromServer = joined(link.fromServer, data);
    let at = 0;
    while (at < link.fromServer.length) {
      const end = valueEnd(link.fromServer, at);
      if (end < 0) break;
      const value = link.fromServer.subarray(at, end);
      if (!isPush(value)) {
        if (link.answered === link.doomed) return this.#strikeAfter(link);
        link.answered += 1;
      }
      link.client.write(value);
      at = end;
    }
    link.fromServer = link.fromServer.subarray(at);
  }
}

function cut({ client, server }: Pick<Link, 'client' | 'server'>): void {
  client.destroy();
  server.destroy();
}

function joined(before: Buffer, data: Buffer): Buffer {
  return before.length === 0 ? data : Buffer.concat([before, data]);
}
