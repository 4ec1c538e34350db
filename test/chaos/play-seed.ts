import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { pause } from '../../src/kernel/index.ts';
import { isFailure } from '../../src/mysql/index.ts';
import { watchBooks } from './books-watch.ts';
import { type ChaosEvent, ChaosHistory } from './chaos-history.ts';
import { ChaosNemesis } from './chaos-nemesis.ts';
import { ChaosShop } from './chaos-shop.ts';
import { type ChaosSite, PASSWORD } from './chaos-site.ts';
import { type ChaosWorld, openWorld } from './chaos-world.ts';
import { judge } from './checker/every-check.ts';
import { checkSecrets } from './checker/secret-checks.ts';
import type { Broken } from './checker/verdict.ts';
import { type Dump, dumpOf } from './database-dump.ts';
import { DatabaseFoes } from './nemesis-foes.ts';
import { faultsOf } from './nemesis-plan.ts';
import { PAYMENT_SECRET, ShopCounter, TOKENS } from './shop-counter.ts';
import { ShopPost } from './shop-post.ts';
import { countSometimes, type Sometimes } from './sometimes.ts';
import { workloadOf } from './workload-plan.ts';

export interface SeedSize {
  readonly orders: number;
  readonly lengthMs: number;
  readonly meanGapMs: number;
  readonly workers: number;
}

/** Of the campaign. */
export const FULL_SIZE: SeedSize = { orders: 520, lengthMs: 13_000, meanGapMs: 190, workers: 2 };

/** What fits between two other tests. */
export const SHORT_SIZE: SeedSize = { orders: 120, lengthMs: 5000, meanGapMs: 190, workers: 2 };

export interface SeedResult {
  readonly seed: number;
  readonly broken: readonly Broken[];
  readonly orders: number;
  readonly operations: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly snapshots: number;
  readonly sometimes: Sometimes;
  /** How much slower than meant, since the machine had other work. */
  readonly pace: number;
  readonly seconds: { readonly start: number; readonly storm: number; readonly quiet: number };
  /** Of the history, so that two people can know that they speak of the same. */
  readonly checksum: string;
}

/** What is kept of a seed that broke a promise. */
export interface SeedTrace {
  readonly history: string;
  readonly dump: Dump;
  readonly logs: string;
}

export interface SeedCall {
  readonly seed: number;
  readonly size: SeedSize;
  readonly site: ChaosSite;
  readonly root: string;
  readonly logLevel?: string;
}

/** What the logs of a seed must not tell; buyers are the people in it. */
const WORDS = [...Object.values(TOKENS), PAYMENT_SECRET, PASSWORD];
const SECRETS = [...WORDS.map((word) => new RegExp(word)), /\bbuyer-\d/];

const READY_MS = 60_000;
const QUIET_MS = 30_000;

/** How long the processes of a seed take to start on two cores that have nothing else to do. */
const CALM_START_MS = 2500;
const SLOWEST = 6;

/**
 * A machine that is busy otherwise gets the same orders and the same faults, further apart. What
 * one order goes through keeps its times, since holds keep theirs.
 */
function paceOf(startedMs: number): number {
  return Math.min(Math.max(startedMs / CALM_START_MS, 1), SLOWEST);
}

/** Plays one seed: a storm, then calm, then the question whether every promise was kept. */
export async function playSeed(call: SeedCall): Promise<{ result: SeedResult; trace: SeedTrace }> {
  const { site, root, size, logLevel } = call;
  const history = new ChaosHistory();
  const more = logLevel === undefined ? {} : { logLevel };
  const world = await openWorld({ site, root, workers: size.workers, history, ...more });
  try {
    return await new SeedPlay(call, world, history).play();
  } finally {
    await world.close();
  }
}

class SeedPlay {
  readonly #call: SeedCall;
  readonly #world: ChaosWorld;
  readonly #history: ChaosHistory;
  readonly #closing = new AbortController();
  readonly #shop: ChaosShop;
  readonly #post: ShopPost;
  readonly #foes: DatabaseFoes;
  readonly #nemesis: ChaosNemesis;

  constructor(call: SeedCall, world: ChaosWorld, history: ChaosHistory) {
    const closing = this.#closing.signal;
    setMaxListeners(0, closing); // every caller that waits for its next try listens to it
    this.#call = call;
    this.#world = world;
    this.#history = history;
    this.#post = new ShopPost({ ...world, history }, closing);
    const counter = new ShopCounter(world.doorUrl, history, closing);
    this.#shop = new ChaosShop({ counter, post: this.#post, history });
    const note = (what: string) => history.nemesis('foe', what);
    this.#foes = new DatabaseFoes(world.databaseUrl, note);
    this.#nemesis = new ChaosNemesis(world, this.#foes, history);
  }

  async play(): Promise<{ result: SeedResult; trace: SeedTrace }> {
    const marks = [performance.now()];
    const { seed, size } = this.#call;
    await this.#start();
    marks.push(performance.now());
    const pace = paceOf(performance.now() - (marks[0] ?? 0));
    const sending = this.#post.run(pace);
    const watching = watchBooks(this.#world.database, this.#history, this.#closing.signal);
    const [lengthMs, meanGapMs] = [size.lengthMs * pace, size.meanGapMs * pace];
    const plan = workloadOf(seed, { ...size, lengthMs });
    const faults = faultsOf(seed, { ...size, lengthMs, meanGapMs });
    await Promise.all([this.#shop.run(plan.steps), this.#nemesis.run(faults)]);
    marks.push(performance.now());
    const unanswered = await this.#calm(pace);
    marks.push(performance.now());
    this.#nemesis.counts.deadlocks += await this.#foes.deadlocks();
    this.#closing.abort();
    await Promise.all([sending, this.#shop.closed()]);
    const snapshots = await watching;
    const dump = await dumpOf(this.#world.database);
    await this.#foes.close();
    const { events } = this.#history;
    const trace = this.#trace(dump);
    const broken = [...judge(events, dump, unanswered), ...checkSecrets(trace.logs, SECRETS)];
    return { result: this.#result(dump, broken, snapshots, marks), trace };
  }

  async #start(): Promise<void> {
    const { workers, api } = this.#world;
    for (const one of [...workers, api]) one.start();
    await this.#foes.prepare();
    await Promise.all([...workers, api].map((one) => one.ready(READY_MS)));
    await this.#shop.stockUp();
  }

  /** All is healed; answers how many operations have no answer when the patience is over. */
  async #calm(pace: number): Promise<number> {
    const { workers, api } = this.#world;
    this.#world.heal();
    this.#history.nemesis('calm', 'all is healed');
    for (const one of [...workers, api]) one.signal('SIGCONT');
    await Promise.all([...workers, api].map((one) => one.ready(READY_MS)));
    const end = performance.now() + QUIET_MS * pace;
    while (this.#shop.open > 0 && performance.now() < end) await pause(20);
    // No order comes any more whose alarm would move those before it as well: the sweep has to.
    await this.#world.site.queue.client.flushall();
    this.#history.nemesis('queue-flush', 'all alarms are gone');
    while (performance.now() < end && !(await this.#isQuiet())) await pause(100);
    return this.#shop.open;
  }

  async #isQuiet(): Promise<boolean> {
    try {
      const rows = await this.#world.database.rows<{ open: number }>(
        "SELECT COUNT(*) AS open FROM orders WHERE state IN ('placed', 'reserved')",
      );
      return rows[0]?.open === 0;
    } catch (error) {
      if (!isFailure(error, 'unavailable')) throw error;
      return false; // a line of before the storm's end
    }
  }

  #result(
    dump: Dump,
    broken: readonly Broken[],
    snapshots: number,
    [begin = 0, ready = 0, calm = 0, quiet = 0]: readonly number[],
  ): SeedResult {
    const { seed } = this.#call;
    const { events } = this.#history;
    const { workers, api } = this.#world;
    const stats = new Map<string, number>();
    for (const { totals } of [...workers, api]) {
      for (const [name, value] of totals) stats.set(name, (stats.get(name) ?? 0) + value);
    }
    const nemesis = this.#nemesis.counts;
    const counted = { events, dump, nemesis, stats, resent: this.#post.resent };
    const faults = Object.fromEntries(nemesis.faults);
    const seconds = (from: number, to: number) => Math.round((to - from) / 100) / 10;
    return {
      seed,
      broken,
      orders: dump.orders.filter(({ state }) => state !== 'awaited').length,
      operations: events.filter(({ ty }) => ty === 'invoke').length,
      faults,
      kills: (faults['worker-kill'] ?? 0) + (faults['api-kill'] ?? 0),
      snapshots,
      sometimes: countSometimes(counted),
      pace: Math.round(paceOf(ready - begin) * 10) / 10,
      seconds: {
        start: seconds(begin, ready),
        storm: seconds(ready, calm),
        quiet: seconds(calm, quiet),
      },
      checksum: checksumOf(events, seed),
    };
  }

  #trace(dump: Dump): SeedTrace {
    const { workers, api } = this.#world;
    const logs = [...workers, api].map(({ name, log }) => `== ${name}\n${log}`).join('\n');
    return { history: this.#history.lines(this.#call.seed), dump, logs };
  }
}

function checksumOf(events: readonly ChaosEvent[], seed: number): string {
  return createHash('sha256')
    .update(JSON.stringify([seed, events]))
    .digest('hex')
    .slice(0, 16);
}
