import { messageOf, pause } from '../../src/kernel/index.ts';
import type { RedisNode } from '../support/redis-nodes.ts';
import type { ChaosHistory } from './chaos-history.ts';
import type { ChaosLink } from './chaos-link.ts';
import type { ChaosProcess } from './chaos-process.ts';
import { type ChaosWorld, LOCK_TTL_MS } from './chaos-world.ts';
import type { DatabaseFoes } from './nemesis-foes.ts';
import type { PlannedFault } from './nemesis-plan.ts';

const COMMIT = /COMMIT;?$/;
const SCRIPT = /evalsha/i;
/** Of one link, so that the process has the others. */
const LATENCY_MS = 400;
/** Longer than a batch of somebody else takes. */
const PASSED_MS = 200;
/** Whoever is to be killed must be there: killed while it starts, it is killed for nothing. */
const BACK_MS = 15_000;
/** How long an ambush waits for somebody to come by. */
const AMBUSH_MS = 4000;
const SLOW_BYTES = 6000;
const NOBODYS_PORT = 1;

/** What was done, and what came of it that only the nemesis can see. */
export interface NemesisCounts {
  readonly faults: Map<string, number>;
  commitsSwallowed: number;
  commitsCut: number;
  deadlocks: number;
}

/** Does a plan's faults to a world, each at its time, and heals each when its time is over. */
export class ChaosNemesis {
  readonly #world: ChaosWorld;
  readonly #foes: DatabaseFoes;
  readonly #history: ChaosHistory;
  readonly #turns = new Map<string, Promise<void>>();
  readonly counts: NemesisCounts = {
    faults: new Map(),
    commitsSwallowed: 0,
    commitsCut: 0,
    deadlocks: 0,
  };

  constructor(world: ChaosWorld, foes: DatabaseFoes, history: ChaosHistory) {
    this.#world = world;
    this.#foes = foes;
    this.#history = history;
  }

  /** Ends when the last fault is healed. */
  async run(faults: readonly PlannedFault[]): Promise<void> {
    const start = performance.now();
    await Promise.all(
      faults.map(async (fault) => {
        await pause(Math.max(0, start + fault.atMs - performance.now()));
        try {
          await this.#meet(fault);
          const { faults: done } = this.counts;
          done.set(fault.kind, (done.get(fault.kind) ?? 0) + 1);
        } catch (error) {
          this.#history.nemesis(fault.kind, `did not happen: ${messageOf(error)}`);
        }
      }),
    );
  }

  async #meet(fault: PlannedFault): Promise<void> {
    const { kind, forMs } = fault;
    this.#history.nemesis(kind, JSON.stringify(fault));
    const worker = this.#workerOf(fault);
    switch (kind) {
      case 'worker-kill':
        worker.skewMs = fault.skewMs;
        return await this.#end(worker, 'SIGKILL');
      case 'worker-term':
        return await this.#end(worker, 'SIGTERM');
      case 'worker-stop':
        return await this.#stop(worker, forMs);
      case 'api-kill':
        return await this.#end(this.#world.api, 'SIGKILL');
      case 'api-term':
        return await this.#end(this.#world.api, 'SIGTERM');
      case 'api-stop':
        return await this.#stop(this.#world.api, Math.min(forMs, 1500));
      case 'database-crash':
        return await this.#inTurn('database', () => this.#crashDatabase(forMs));
      case 'queue-crash':
      case 'queue-travel':
      case 'queue-empty':
        return await this.#inTurn('queue', () => this.#crashQueue(fault));
      case 'queue-flush':
        return void (await this.#world.site.queue.client.flushall());
      case 'queue-full':
        return await this.#inTurn('queue', () => fill([this.#world.site.queue], forMs));
      case 'queue-replica':
        return await this.#inTurn('queue', () => this.#demoteQueue(forMs));
      case 'locks-crash':
      case 'locks-flush':
      case 'locks-full':
      case 'locks-away':
      case 'locks-stretch':
        return await this.#harmLocks(fault);
      case 'locks-passed':
        return await this.#passLocks(worker, forMs);
      case 'session-kill':
        return void (await this.#foes.killSessions());
      case 'deadlock':
        return await this.#foes.deadlock(forMs);
      case 'row-wait':
        return await this.#foes.sitOnRow(1 + (fault.who % 3), forMs);
      case 'commit-swallowed':
      case 'commit-cut':
      case 'script-swallowed':
        return await this.#ambush(fault);
      default:
        return await this.#harmLink(this.#linkOf(fault), fault);
    }
  }

  #workerOf({ who }: PlannedFault): ChaosProcess {
    const { workers } = this.#world;
    const found = workers[who % workers.length];
    if (!found) throw new Error('there is no worker');
    return found;
  }

  /** Now and then it is the shop's own line that is harmed. */
  #linkOf({ who, server, amount }: PlannedFault): ChaosLink {
    const { links, shopLinks } = this.#world;
    if (amount < 0.08) return shopLinks.door;
    if (amount < 0.14) return shopLinks.queue;
    const found = links[who]?.[server];
    if (!found) throw new Error(`there is no link ${who}-${server}`);
    return found;
  }

  /** One who is killed while it stands still would not notice; so all of it goes in turns. */
  async #end(victim: ChaosProcess, signal: NodeJS.Signals): Promise<void> {
    await this.#inTurn(victim.name, async () => {
      if (!victim.isReady) await victim.ready(BACK_MS);
      victim.signal(signal);
      await pause(200);
    });
  }

  async #stop(victim: ChaosProcess, forMs: number): Promise<void> {
    await this.#inTurn(victim.name, async () => {
      victim.signal('SIGSTOP');
      await pause(forMs);
      victim.signal('SIGCONT');
    });
  }

  async #crashDatabase(forMs: number): Promise<void> {
    const { database } = this.#world.site;
    this.counts.deadlocks += await this.#foes.deadlocks();
    await database.kill();
    await pause(Math.min(forMs, 800));
    await database.start();
  }

  async #crashQueue({ kind, forMs, amount }: PlannedFault): Promise<void> {
    const { site } = this.#world;
    await site.queue.kill();
    if (kind === 'queue-travel') {
      const bytes = await site.cutQueueTail(0.05 + amount * 0.25);
      this.#history.nemesis(kind, `${bytes} bytes are gone`);
    }
    if (kind === 'queue-empty') await site.forgetQueue();
    await pause(Math.min(forMs, 1200));
    await site.queue.start();
  }

  async #demoteQueue(forMs: number): Promise<void> {
    const { client } = this.#world.site.queue;
    await client.replicaof('127.0.0.1', NOBODYS_PORT);
    await pause(forMs);
    await client.replicaof('NO', 'ONE');
  }

  async #harmLocks({ kind, nodes, who, forMs, amount }: PlannedFault): Promise<void> {
    const { site, links } = this.#world;
    const chosen = site.locks.filter((_, at) => nodes.includes(at));
    if (kind === 'locks-flush') {
      return void (await Promise.all(chosen.map((node) => node.client.flushall())));
    }
    if (kind === 'locks-crash') {
      return await this.#inTurn('locks', async () => {
        await Promise.all(chosen.map((node) => node.kill()));
        await pause(Math.min(forMs, 1200));
        await Promise.all(chosen.map((node) => node.start()));
      });
    }
    if (kind === 'locks-full') return await this.#inTurn('locks', () => fill(chosen, forMs));
    const isAway = kind === 'locks-away';
    const mine = isAway && amount < 0.5 ? [links[who] ?? []] : links;
    const away = isAway && nodes.length < 3 ? [0, 2, 4] : nodes;
    const harmed = mine.flatMap((own) => away.flatMap((at) => own[at + 2] ?? []));
    const ttl = amount < 0.5 ? LOCK_TTL_MS * 2 : LOCK_TTL_MS / 2;
    const rewrite = (text: string) => text.replaceAll(bulk(LOCK_TTL_MS), bulk(ttl));
    for (const link of harmed) link.change(isAway ? { refuses: true } : { rewrite });
    await pause(forMs);
    for (const link of harmed) link.heal();
  }

  /** What the slow one holds, others take and write under a higher number before it does. */
  async #passLocks(slow: ChaosProcess, forMs: number): Promise<void> {
    const { site, workers, links } = this.#world;
    const link = links[workers.indexOf(slow)]?.[0];
    link?.change({ latencyMs: PASSED_MS });
    for (let over = 0; over < forMs; over += PASSED_MS / 2) {
      await Promise.all(site.locks.map((node) => node.client.flushall()));
      await pause(PASSED_MS / 2);
    }
    link?.heal();
  }

  async #ambush({ kind, who, server }: PlannedFault): Promise<void> {
    const own = this.#world.links[who] ?? [];
    const isCommit = kind !== 'script-swallowed';
    const link = own[isCommit ? 0 : Math.max(1, server)];
    let isSprung = false;
    const how = kind === 'commit-cut' ? 'cut-before' : 'swallow-reply';
    const disarm = link?.ambush(isCommit ? COMMIT : SCRIPT, how, (answer) => {
      isSprung = true;
      this.#history.nemesis(kind, 'sprung');
      if (kind === 'commit-cut') this.counts.commitsCut += 1;
      // A packet of the database that begins so says: done.
      if (kind === 'commit-swallowed' && answer?.[4] === 0) this.counts.commitsSwallowed += 1;
    });
    for (let waited = 0; waited < AMBUSH_MS && !isSprung; waited += 50) await pause(50);
    disarm?.();
    if (!isSprung) throw new Error('nobody came by');
  }

  async #harmLink(link: ChaosLink, { kind, forMs }: PlannedFault): Promise<void> {
    switch (kind) {
      case 'link-latency':
        link.change({ latencyMs: LATENCY_MS });
        break;
      case 'link-slow':
        link.change({ bytesPerSecond: SLOW_BYTES });
        break;
      case 'link-refuse':
        link.change({ refuses: true });
        break;
      case 'hole-both':
        link.change({ hole: 'both' });
        break;
      case 'hole-asked':
        link.change({ hole: 'asked' });
        break;
      case 'hole-answered':
        link.change({ hole: 'answered' });
        break;
      default:
        return link.cut();
    }
    await pause(forMs);
    link.heal();
  }

  /** Nobody can be started twice at once. */
  #inTurn(name: string, work: () => Promise<void>): Promise<void> {
    const before = this.#turns.get(name) ?? Promise.resolve();
    const turn = before.then(work);
    // Its failure is the caller's; those who come after it only wait.
    const over = turn.catch(() => undefined);
    this.#turns.set(name, over);
    return turn;
  }
}

/** Less memory than they use, for a while. */
async function fill(nodes: readonly RedisNode[], forMs: number): Promise<void> {
  const limit = (bytes: number) =>
    Promise.all(nodes.map((node) => node.client.config('SET', 'maxmemory', bytes)));
  await limit(1);
  await pause(forMs);
  await limit(0);
}

/** A number as Redis is sent it. */
function bulk(value: number): string {
  return `$${String(value).length}\r\n${value}\r\n`;
}
