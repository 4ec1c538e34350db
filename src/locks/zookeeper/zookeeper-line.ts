import { randomName } from '../../kernel/index.ts';
import type { LockUnreachable } from '../lock.ts';
import type { Moment } from '../lock-deadline.ts';
import { notReached } from '../lock-errors.ts';
import type { SessionLife } from './session-life.ts';
import type { ZooKeeperSession } from './zookeeper-session.ts';
import {
  BAD_VERSION,
  check,
  createContainer,
  createNode,
  deleteNode,
  EPHEMERAL_SEQUENTIAL,
  exists,
  getChildren,
  getData,
  madeBy,
  multi,
  type NodeOwner,
  NO_NODE,
  NO_PERMISSION,
  OK,
  PERSISTENT,
  type Question,
  type Reply,
  readStat,
  setData,
  sync,
} from './zookeeper-words.ts';

const ROOT = '/holdfast-locks';
/** Beside the locks, so that no name can stand for it. */
const OFFSET = '/holdfast-fence-offset';
const ROUNDS = 4;

/** One attempt: a name of its own, and a node in the line of every lock. */
export interface ZooKeeperTicket {
  readonly names: readonly string[];
  readonly ttlMs: number;
  readonly lines: readonly string[];
  readonly owner: string;
  /** The nodes belong to this session and end with it. */
  readonly life: SessionLife;
  /** Of its nodes, once they are made. */
  paths: readonly string[];
  fence: bigint;
}

export type Entered =
  | { readonly kind: 'in'; readonly standing: Standing }
  | { readonly kind: 'busy'; readonly names: readonly string[] }
  | LockUnreachable;

export type Standing =
  | { readonly kind: 'first'; readonly sentAt: Moment }
  /** Somebody stands in front on these names; `path` is the next in front on one of them. */
  | { readonly kind: 'behind'; readonly names: readonly string[]; readonly path: string }
  | { readonly kind: 'gone' }
  | LockUnreachable;

/** A path may hold almost anything, but a slash begins a new step, and a dot may mean one. */
export function lineOf(prefix: string, name: string): string {
  const step = (prefix + name).replace(/[^A-Za-z0-9:_-]/gu, (sign) =>
    [...Buffer.from(sign, 'utf8')].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  );
  return `${ROOT}/${step}`;
}

/**
 * The lines of all names, kept by the ensemble: whose node has the lowest number is the holder.
 * The nodes of one ticket are made as one change, so all lines agree on who comes first.
 *
 * The fence is the number of that change, which rises over the whole ensemble, plus an offset
 * that is raised when a higher fence is asked for. Each such change checks the offset it counts
 * with, and the offset never falls, so the sum rises.
 */
export class ZooKeeperLine {
  readonly #session: ZooKeeperSession;
  readonly #prefix: string;
  readonly #owner: NodeOwner;
  #offset: { readonly value: bigint; readonly version: number } | undefined;
  #offsetIsMade = true;

  constructor(session: ZooKeeperSession, prefix: string, owner: NodeOwner) {
    this.#session = session;
    this.#prefix = prefix;
    this.#owner = owner;
  }

  ticket(names: readonly string[], ttlMs: number): ZooKeeperTicket {
    const lines = names.map((name) => lineOf(this.#prefix, name));
    const owner = `${randomName(8)}-lock-`;
    return { names, ttlMs, lines, owner, life: this.#session.life, paths: [], fence: 0n };
  }

  /** Reads the lines first, since a place that is taken in vain keeps others out for a moment. */
  async tryEnter(
    ticket: ZooKeeperTicket,
    fenceAbove: bigint | undefined,
    deadline: number,
  ): Promise<Entered> {
    const round = await this.#session.ask(
      [getData(OFFSET), ...ticket.lines.map((line) => getChildren(line))],
      deadline,
    );
    if (round.kind === 'unreachable') return round;
    const [offset, ...lines] = round.replies;
    this.#learn(offset);
    const busy = ticket.names.filter((_, at) => childrenIn(lines[at]).length > 0);
    if (busy.length > 0) return { kind: 'busy', names: busy };
    const missing = ticket.lines.filter((_, at) => lines[at]?.code === NO_NODE);
    return this.#enter(ticket, fenceAbove, missing, deadline);
  }

  /** Takes a place in each line, at its end. */
  enter(
    ticket: ZooKeeperTicket,
    fenceAbove: bigint | undefined,
    deadline: number,
  ): Promise<Entered> {
    return this.#enter(ticket, fenceAbove, [], deadline);
  }

  async look(ticket: ZooKeeperTicket): Promise<Standing> {
    const lines = ticket.lines.map((line) => getChildren(line));
    const round = await this.#session.ask(lines, undefined, ticket.life);
    if (ticket.life.isOver) return { kind: 'gone' };
    if (round.kind === 'unreachable') return round;
    return standingOf(ticket, round.replies, round.sentAt);
  }

  /**
   * Are all nodes still there? Whatever is asked also keeps the session alive; the leader is
   * asked too, since a member that has lost it does not know what it does not know.
   */
  async stands(ticket: ZooKeeperTicket): Promise<Standing> {
    const nodes = ticket.paths.map((path) => exists(path));
    const round = await this.#session.ask([sync(ROOT), ...nodes], undefined, ticket.life);
    if (ticket.life.isOver) return { kind: 'gone' };
    if (round.kind === 'unreachable') return round;
    const stands = round.replies.every(({ code }) => code === OK);
    return stands ? { kind: 'first', sentAt: round.sentAt } : { kind: 'gone' };
  }

  /** Calls when the node is gone, or nobody knows; false when it was not there any more. */
  async watch(path: string, call: () => void): Promise<boolean> {
    const round = await this.#session.ask([getData(path, call)]);
    return round.kind === 'answered' && round.replies[0]?.code === OK;
  }

  /** Takes all its nodes away, also those of which nobody heard that they were made. */
  async leave(ticket: ZooKeeperTicket): Promise<boolean> {
    if (ticket.life.isOver) return true;
    if (ticket.paths.length > 0) return this.#delete(ticket.paths);
    // A change that was under way on a lost connection is seen after this.
    const lines = ticket.lines.map((line) => getChildren(line));
    const round = await this.#session.ask([sync(ROOT), ...lines]);
    if (round.kind === 'unreachable') return false;
    const found = ticket.lines.flatMap((line, at) =>
      childrenIn(round.replies[at + 1])
        .filter((child) => child.startsWith(ticket.owner))
        .map((child) => `${line}/${child}`),
    );
    return found.length === 0 || this.#delete(found);
  }

  async #delete(paths: readonly string[]): Promise<boolean> {
    const round = await this.#session.ask([multi(paths.map((path) => deleteNode(path)))]);
    if (round.kind === 'unreachable') return false;
    const [reply] = round.replies;
    if (reply && madeBy(reply).code === OK) return true;
    // One that is gone already must not keep the others.
    const single = await this.#session.ask(paths.map((path) => deleteNode(path)));
    if (single.kind === 'unreachable') return false;
    return single.replies.every(({ code }) => code === OK || code === NO_NODE);
  }

  async #enter(
    ticket: ZooKeeperTicket,
    fenceAbove: bigint | undefined,
    missing: readonly string[],
    deadline: number,
  ): Promise<Entered> {
    let containers = missing;
    for (let round = 0; round < ROUNDS; round += 1) {
      const { making, change, offset } = this.#change(ticket, fenceAbove, containers);
      const lines = ticket.lines.map((line) => getChildren(line));
      const questions = [...making, change, getData(OFFSET), ...lines];
      const asked = await this.#session.ask(questions, deadline, ticket.life);
      if (asked.kind === 'unreachable') return asked;
      const [made, stored, ...found] = asked.replies.slice(making.length) as [Reply, ...Reply[]];
      const { code, paths } = madeBy(made);
      this.#learn(stored);
      if (code === OK) {
        ticket.paths = paths.filter((path) => path.startsWith(`${ROOT}/`));
        ticket.fence = made.zxid + offset;
        return { kind: 'in', standing: standingOf(ticket, found, asked.sentAt) };
      }
      if (code === NO_PERMISSION) {
        return notReached(`${ROOT} or ${OFFSET} in ZooKeeper belongs to another account`);
      }
      if (code === NO_NODE) containers = ticket.lines;
      else if (code !== BAD_VERSION) return notReached(`ZooKeeper refused with code ${code}`);
    }
    return notReached('the fence offset in ZooKeeper changed each time');
  }

  /** The change that makes the nodes, and what has to be made before it. */
  #change(
    ticket: ZooKeeperTicket,
    fenceAbove: bigint | undefined,
    missing: readonly string[],
  ): { making: Question[]; change: Question; offset: bigint } {
    const making: Question[] = [];
    if (missing.length > 0) making.push(createNode(ROOT, '', PERSISTENT, this.#owner));
    if (!this.#offsetIsMade) making.push(createNode(OFFSET, '0', PERSISTENT, this.#owner));
    making.push(...missing.map((line) => createContainer(line, this.#owner)));

    const { value, version } = this.#offset ?? { value: 0n, version: 0 };
    const { zxid } = ticket.life;
    const raised = fenceAbove !== undefined && fenceAbove >= zxid + 1n + value;
    const offset = raised ? fenceAbove - zxid : value;
    const guard = raised ? setData(OFFSET, String(offset), version) : check(OFFSET, version);
    const data = `${offset} ${ticket.life.timeoutMs}`;
    const nodes = ticket.lines.map((line) =>
      createNode(`${line}/${ticket.owner}`, data, EPHEMERAL_SEQUENTIAL, this.#owner),
    );
    return { making, change: multi([guard, ...nodes]), offset };
  }

  #learn(stored: Reply | undefined): void {
    this.#offsetIsMade = stored?.code === OK;
    if (!stored || stored.code !== OK) {
      this.#offset = undefined;
      return;
    }
    const value = BigInt(stored.body.text() || 0);
    this.#offset = { value, version: readStat(stored.body).version };
  }
}

/** Empty as well when there is no line at all. */
export function childrenIn(reply: Reply | undefined): string[] {
  return reply?.code === OK ? reply.body.texts() : [];
}

function standingOf(ticket: ZooKeeperTicket, lines: readonly Reply[], sentAt: Moment): Standing {
  if (ticket.life.isOver) return { kind: 'gone' };
  const busy: string[] = [];
  let path = '';
  for (const [at, line] of ticket.lines.entries()) {
    const children = inOrder(childrenIn(lines[at]));
    const place = children.findIndex((child) => ticket.paths[at] === `${line}/${child}`);
    if (place < 0) return { kind: 'gone' };
    if (place === 0) continue;
    path ||= `${line}/${children[place - 1]}`;
    busy.push(ticket.names[at] as string);
  }
  return busy.length > 0 ? { kind: 'behind', names: busy, path } : { kind: 'first', sentAt };
}

/**
 * By the number that the servers have put at the end. It has 32 bits and starts again below zero;
 * those who stand in line together are never half of that apart.
 */
export function inOrder(children: readonly string[]): string[] {
  const numberOf = (child: string) => Number(/-(-?\d{9,10})$/.exec(child)?.[1] ?? 0);
  return children.toSorted((one, other) => (numberOf(one) - numberOf(other)) | 0);
}
