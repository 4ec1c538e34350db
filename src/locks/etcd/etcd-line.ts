import type { LockUnreachable } from '../lock.ts';
import { momentOf } from '../lock-deadline.ts';
import { notReached } from '../lock-errors.ts';
import type { Answer, EtcdGateway } from './etcd-gateway.ts';
import { EtcdLineKeys, EtcdTicket } from './etcd-ticket.ts';
import {
  bundled,
  type Compare,
  decoded,
  encoded,
  type KeyValue,
  type Operation,
  unbundled,
} from './etcd-words.ts';

/** One for all prefixes: the same lock may be reached by several. */
const OFFSET_KEY = encoded('holdfast~fence-offset');
const NOT_FOUND = 5;
const EXISTS = 9;
const ROUNDS = 4;

export type Entered =
  | { readonly kind: 'in' }
  | { readonly kind: 'busy'; readonly names: readonly string[] }
  | LockUnreachable;

export type Standing =
  | { readonly kind: 'first' }
  /** The names somebody else comes first on, the key of one of them, and since when to watch. */
  | {
      readonly kind: 'behind';
      readonly names: readonly string[];
      readonly key: string;
      readonly since: string;
    }
  | { readonly kind: 'gone' }
  | LockUnreachable;

/**
 * The lines of all names, kept by the cluster in the order of their creation. The keys of one
 * ticket are made in one transaction and so at one revision: all lines agree on who comes first,
 * and nobody waits for somebody who waits for him.
 *
 * The fence is that revision, plus an offset that is raised when a higher fence is asked for. A
 * transaction that makes places compares the offset, so a fence is made with the one of its own
 * revision. Revisions rise, the offset never falls, so the sum rises.
 */
export class EtcdLine {
  readonly keys: EtcdLineKeys;
  readonly #gateway: EtcdGateway;
  #offset = 0n;

  constructor(gateway: EtcdGateway, prefix: string) {
    this.keys = new EtcdLineKeys(prefix);
    this.#gateway = gateway;
  }

  /** Asks for a lease. The server keeps it a little longer: it counts whole seconds. */
  async begin(ticket: EtcdTicket, deadline: number): Promise<Entered> {
    const body = { ID: ticket.lease, TTL: String(Math.ceil(ticket.ttlMs / 1000)) };
    const answer = await this.#gateway.call('/lease/grant', body, deadline);
    if (answer.kind === 'ok') ticket.seenRevision = BigInt(answer.reply.header?.revision ?? 0);
    // It exists: an earlier try of this very question got through.
    else if (answer.kind !== 'refused' || answer.code !== EXISTS) return failed(answer);
    return { kind: 'in' };
  }

  ticket(names: readonly string[], ttlMs: number): EtcdTicket {
    return new EtcdTicket(names, ttlMs, this.keys, momentOf(this.#gateway.clock));
  }

  /** Takes a place in each line; with `onlyIfFree` in all of them or in none. */
  async enter(
    ticket: EtcdTicket,
    fenceAbove: bigint | undefined,
    onlyIfFree: boolean,
    deadline: number,
  ): Promise<Entered> {
    const lines = onlyIfFree ? ticket.names.map((name) => this.keys.lineOf(name)) : [];
    const free = lines.map((line): Compare => ({ ...line, ...NEVER_MADE }));
    const heads = lines.map((line): Operation => ({ request_range: { ...line, ...OLDEST } }));
    const own: Operation = { request_range: { key: ticket.places[0] as string } };
    const read: Operation = { request_range: { key: OFFSET_KEY } };

    for (let round = 0; round < ROUNDS; round += 1) {
      const { puts, offset, compare } = this.#places(ticket, fenceAbove);
      const answer = await this.#gateway.call(
        '/kv/txn',
        {
          compare: [compare, ...free],
          success: bundled([...puts, own]),
          failure: bundled([own, read, ...heads]),
        },
        deadline,
      );
      if (answer.kind !== 'ok') return failed(answer);
      const found = unbundled(answer.reply).map(({ response_range }) => response_range?.kvs?.[0]);
      const mine = answer.reply.succeeded ? found.at(-1) : found[0];
      if (mine) {
        // On failure too: an earlier try of this very question got through.
        this.#offset = offset;
        ticket.tookPlace(mine.create_revision, BigInt(decoded(mine.value)));
        return { kind: 'in' };
      }
      this.#offset = BigInt(decoded(found[1]?.value) || 0);
      const busy = ticket.names.filter((_, index) => found[index + 2] !== undefined);
      if (busy.length > 0) return { kind: 'busy', names: busy };
    }
    return notReached('the fence offset in etcd changed each time');
  }

  /** How the ticket stands in all lines, at one moment that a majority agrees on. */
  async look(ticket: EtcdTicket): Promise<Standing> {
    const before = String(ticket.revision - 1n);
    const questions = ticket.names.flatMap((name, index): Operation[] => [
      { request_range: { key: ticket.places[index] as string } },
      { request_range: { ...this.keys.lineOf(name), ...YOUNGEST, max_create_revision: before } },
    ]);
    const answer = await this.#gateway.call('/kv/txn', { success: bundled(questions) });
    if (answer.kind !== 'ok') return failed(answer);
    const found = unbundled(answer.reply).map(({ response_range }) => response_range?.kvs?.[0]);
    if (found.some((kv, at) => at % 2 === 0 && !isFrom(kv, ticket.revision))) {
      return { kind: 'gone' };
    }
    const names = ticket.names.filter((_, index) => found[index * 2 + 1] !== undefined);
    const ahead = found.find((kv, at) => at % 2 === 1 && kv !== undefined);
    if (!ahead) return { kind: 'first' };
    const since = String(BigInt(answer.reply.header?.revision ?? 0) + 1n);
    return { kind: 'behind', names, key: ahead.key, since };
  }

  /** Are all places still there? Asked of a majority, not of one member that may be behind. */
  async stands(ticket: EtcdTicket): Promise<Standing> {
    const questions = ticket.places.map((key): Operation => ({ request_range: { key } }));
    const answer = await this.#gateway.call('/kv/txn', { success: bundled(questions) });
    if (answer.kind !== 'ok') return failed(answer);
    const found = unbundled(answer.reply).map(({ response_range }) => response_range?.kvs?.[0]);
    return { kind: found.every((kv) => isFrom(kv, ticket.revision)) ? 'first' : 'gone' };
  }

  /** Asks the server to let the ticket live for another ttl. */
  async keepAlive(ticket: EtcdTicket): Promise<'kept' | 'gone' | LockUnreachable> {
    const sentAt = momentOf(this.#gateway.clock);
    const answer = await this.#gateway.call('/lease/keepalive', { ID: ticket.lease });
    if (answer.kind !== 'ok') return failed(answer);
    if (!answer.reply.result?.TTL) return 'gone';
    ticket.sentAt = sentAt;
    return 'kept';
  }

  /** Ends the lease, and with it all places. True also when the server had ended it before. */
  async revoke(ticket: EtcdTicket): Promise<boolean> {
    const answer = await this.#gateway.call('/lease/revoke', { ID: ticket.lease });
    return answer.kind === 'ok' || (answer.kind === 'refused' && answer.code === NOT_FOUND);
  }

  #places(ticket: EtcdTicket, fenceAbove: bigint | undefined) {
    const known = this.#offset;
    const next = ticket.seenRevision + 1n + known;
    const raised = fenceAbove !== undefined && fenceAbove >= next;
    const offset = raised ? fenceAbove - ticket.seenRevision : known;
    const value = encoded(String(offset));
    const { lease } = ticket;
    const puts = ticket.places.map((key): Operation => ({ request_put: { key, value, lease } }));
    if (raised) puts.push({ request_put: { key: OFFSET_KEY, value } });
    const compare: Compare =
      known === 0n
        ? { key: OFFSET_KEY, ...NEVER_MADE }
        : { key: OFFSET_KEY, target: 'VALUE', result: 'EQUAL', value: encoded(String(known)) };
    return { puts, offset, compare };
  }
}

const NEVER_MADE = { target: 'CREATE', result: 'EQUAL', create_revision: '0' } as const;
const OLDEST = { sort_target: 'CREATE', sort_order: 'ASCEND', limit: '1' } as const;
const YOUNGEST = { sort_target: 'CREATE', sort_order: 'DESCEND', limit: '1' } as const;

function isFrom(found: KeyValue | undefined, revision: bigint): boolean {
  return found !== undefined && BigInt(found.create_revision) === revision;
}

function failed(answer: Exclude<Answer, { kind: 'ok' }>): LockUnreachable {
  if (answer.kind === 'unreachable') return answer;
  return notReached(`etcd refused: ${answer.message}`);
}
