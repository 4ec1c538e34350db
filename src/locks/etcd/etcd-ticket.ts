import { randomName } from '../../kernel/index.ts';
import type { Moment } from '../lock-deadline.ts';
import { encoded, type RangeRequest } from './etcd-words.ts';

/**
 * Where a name's line is kept: `<prefix><name>/<lease in hex>`, one key for the holder and for
 * each waiter, as etcd's own lock recipe has it. So `etcdctl lock <prefix><name>` stands in the
 * same line. A slash in a name would make it part of another name's line.
 */
export class EtcdLineKeys {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** All keys in the line of this name: from `…/` up to `…0`, the character after the slash. */
  lineOf(name: string): RangeRequest & { readonly key: string; readonly range_end: string } {
    const lock = this.#lockOf(name);
    return { key: encoded(`${lock}/`), range_end: encoded(`${lock}0`) };
  }

  placeOf(name: string, lease: string): string {
    return encoded(`${this.#lockOf(name)}/${BigInt(lease).toString(16)}`);
  }

  #lockOf(name: string): string {
    return this.#prefix + name.replace(/[%/]/g, (sign) => (sign === '/' ? '%2F' : '%25'));
  }
}

/** One attempt: a lease of its own, whose id nobody used before, and a key in every line. */
export class EtcdTicket {
  readonly names: readonly string[];
  readonly ttlMs: number;
  /** The lease, as int64 travels. Chosen here, so that it can be revoked without an answer. */
  readonly lease = ((BigInt(`0x${randomName(8)}`) >> 1n) | 1n).toString();
  readonly places: readonly string[];
  /** When the server was last asked to let it live, and did. */
  sentAt: Moment;
  /** How far the cluster was before the places were taken; 0 when it did not say. */
  seenRevision = 0n;
  revision = 0n;
  offset = 0n;

  constructor(names: readonly string[], ttlMs: number, keys: EtcdLineKeys, sentAt: Moment) {
    this.names = names;
    this.ttlMs = ttlMs;
    this.places = names.map((name) => keys.placeOf(name, this.lease));
    this.sentAt = sentAt;
  }

  get fence(): bigint {
    return this.revision + this.offset;
  }

  /** The places are taken since then; the offset of that moment is kept in each of them. */
  tookPlace(at: string, offset: bigint): void {
    this.revision = BigInt(at);
    this.offset = offset;
  }
}
