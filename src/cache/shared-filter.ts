import { type Clock, type Logger, messageOf, randomName } from '../kernel/index.ts';
import { defineScripts, type RunScript } from '../redis/index.ts';
import { filterSize, hashesOf } from './bloom.ts';
import type { SharedLayer } from './shared-layer.ts';

/** Where the members of a filter come from. */
export interface FilterSource {
  readonly name: string;
  /** Which state of the source this is; it rises whenever somebody could not add. */
  readonly epoch: () => Promise<number>;
  readonly count: () => Promise<number>;
  /** Ids above this one in order, a page of them. */
  readonly idsAfter: (id: number, limit: number) => Promise<readonly number[]>;
}

interface FilterParts extends FilterSource {
  readonly shared: SharedLayer;
  readonly logger: Logger;
  readonly clock: Clock;
}

const FALSE_SHARE = 0.01;
const ROOM_LEAST = 1000;
const PAGE = 500;
/** Members that were removed stay in a generation, so none is used for ever. */
const USED_MS = 3_600_000;
const BUILD_MS = 60_000;
const PAUSE_MS = 5000;

/**
 * Says of an id that it is certainly not there, out of bits that all processes share. Nobody may
 * rely on more: whenever it is missing, old, incomplete or away, everything may be there. It is
 * filled anew by whoever finds it so, in the background.
 */
export class SharedFilter {
  private readonly parts: FilterParts;
  private readonly keys: readonly string[];
  private readonly scripts: Readonly<Record<'ask' | 'add' | 'begin' | 'swap', RunScript>>;
  private run: string | undefined;
  private filling: Promise<boolean> | undefined;
  private fillAgainMs = Number.NEGATIVE_INFINITY;

  constructor(parts: FilterParts) {
    this.parts = parts;
    const base = `holdfast:filter:{${parts.name}}`;
    this.keys = [base, `${base}:a`, `${base}:b`];
    const { client } = parts.shared;
    this.scripts = defineScripts(client, {
      ask: new URL('lua/filter-ask.lua', import.meta.url),
      add: new URL('lua/filter-add.lua', import.meta.url),
      begin: new URL('lua/filter-begin.lua', import.meta.url),
      swap: new URL('lua/filter-swap.lua', import.meta.url),
    });
    // Behind a new connection may be another server, or the same without its last writes.
    client.on('close', () => {
      this.run = undefined;
    });
  }

  /** False: certainly not there. */
  async mayHave(epoch: number, ids: readonly number[]): Promise<readonly boolean[]> {
    const answers = await this.askFor(epoch, ids);
    if (!answers || answers.length !== ids.length + 1) {
      this.fillInBackground();
      return ids.map(() => true);
    }
    if (answers[0] === 2) this.fillInBackground();
    return answers.slice(1).map((answer) => answer === 1);
  }

  /** To be called before new members can be seen. False: they could not be told of. */
  async add(ids: readonly number[]): Promise<boolean> {
    for (let from = 0; from < ids.length; from += PAGE) {
      const hashes = ids.slice(from, from + PAGE).flatMap(hashesOf);
      const told = await this.parts.shared.ask(() => this.scripts.add(this.keys, hashes));
      if (told === null) return false;
    }
    return true;
  }

  /** Makes a new generation out of all there is; false when it could not be brought into use. */
  async fill(): Promise<boolean> {
    const { shared, count, idsAfter } = this.parts;
    const token = randomName(8);
    const run = await this.runId();
    const lease = await shared.ask(() =>
      shared.client.set(`${this.keys[0]}:lease`, token, 'PX', BUILD_MS, 'NX'),
    );
    if (run === null || lease !== 'OK') return false;
    const room = Math.max(ROOM_LEAST, 2 * (await count()));
    const { bits, hashes } = filterSize(room, FALSE_SHARE);
    const begun = await shared.ask(() =>
      this.scripts.begin(this.keys, [token, bits, hashes, room, USED_MS]),
    );
    // What is written under this epoch from now on is either added as well, or raises it.
    const epoch = await this.parts.epoch();
    if (begun === null) return false;
    let after = 0;
    for (;;) {
      const ids = await idsAfter(after, PAGE);
      if (!(await this.add(ids))) return false;
      if (ids.length < PAGE) break;
      after = ids.at(-1) ?? after;
    }
    const used = await shared.ask(() => this.scripts.swap(this.keys, [token, epoch, run, USED_MS]));
    await shared.ask(() => shared.client.del(`${this.keys[0]}:lease`));
    return used === 1;
  }

  private async askFor(epoch: number, ids: readonly number[]): Promise<readonly number[] | null> {
    const run = await this.runId();
    if (run === null) return null;
    const answers = await this.parts.shared.ask(() =>
      this.scripts.ask(this.keys, [epoch, run, ...ids.flatMap(hashesOf)]),
    );
    return answers as readonly number[] | null;
  }

  private async runId(): Promise<string | null> {
    if (this.run !== undefined) return this.run;
    const { shared } = this.parts;
    const info = await shared.ask(() => shared.client.info('server'));
    const run = info === null ? undefined : /^run_id:(\S+)/m.exec(info)?.[1];
    this.run = run;
    return run ?? null;
  }

  private fillInBackground(): void {
    const { clock, logger } = this.parts;
    if (this.filling || clock.monotonicMs() < this.fillAgainMs) return;
    this.fillAgainMs = clock.monotonicMs() + PAUSE_MS;
    this.filling = this.fill()
      .catch((error: unknown) => {
        logger.warn('the filter could not be filled; later', { error: messageOf(error) });
        return false;
      })
      .finally(() => {
        this.filling = undefined;
      });
  }
}
