import { pause } from '../../../src/kernel/index.ts';
import { FaultProxy } from '../../support/fault-proxy.ts';
import { type RedisNodes, startRedisNodes } from '../../support/redis-nodes.ts';
import { ContenderProcess } from './contender-process.ts';
import { CONTENDERS, type FaultPlan, type PlannedFault } from './fault-plan.ts';
import { FencedRegister } from './fenced-register.ts';
import { type HistoryEvent, monotonicNow } from './lock-history.ts';

const NODES = 5;
const REMEMBERING = ['--appendonly', 'yes', '--appendfsync', 'everysec'];

/** Nodes and processes for one run after the other. */
export class FaultLane {
  readonly #nodes: RedisNodes[];
  readonly #contenders: ContenderProcess[];
  #proxies: FaultProxy[] = [];
  #faults: HistoryEvent[] = [];
  readonly #harms = new Map<number, Promise<void>>();

  static async open(): Promise<FaultLane> {
    // Each in a folder of its own, for its append-only file.
    const one = () => startRedisNodes(1, REMEMBERING);
    return new FaultLane(await Promise.all(Array.from({ length: NODES }, one)));
  }

  private constructor(nodes: RedisNodes[]) {
    this.#nodes = nodes;
    this.#contenders = Array.from(
      { length: CONTENDERS },
      (_, index) => new ContenderProcess(index),
    );
  }

  /** Plays the plan; answers all that happened. */
  async play(plan: FaultPlan): Promise<HistoryEvent[]> {
    const register = new FencedRegister();
    this.#faults = [];
    this.#harms.clear();
    this.#proxies = this.#nodes.slice(0, plan.nodes).map((node) => new FaultProxy(node.at(0)));
    await Promise.all(this.#proxies.map((proxy) => proxy.listen()));
    let faults: Promise<void>[] = [];
    try {
      await Promise.all(
        this.#contenders.map((one, index) => this.#start(one, index, plan, register)),
      );
      for (const contender of this.#contenders) contender.go();
      faults = plan.faults.map((fault) => this.#meet(fault));
      await Promise.all([pause(plan.lengthMs), ...faults]);
      await Promise.all(this.#contenders.map((contender) => contender.stop()));
    } finally {
      // A node that is being started again would otherwise outlive its lane.
      await Promise.allSettled(faults);
      await Promise.all(this.#proxies.map((proxy) => proxy.close()));
    }
    const told = this.#contenders.flatMap(({ events }) => events);
    return [...this.#faults, ...told, ...register.writes];
  }

  async close(): Promise<void> {
    await Promise.all(this.#contenders.map((contender) => contender.end()));
    await Promise.all(this.#nodes.map((node) => node.stop()));
  }

  #start(one: ContenderProcess, index: number, plan: FaultPlan, register: FencedRegister) {
    const { seed, ttlMs, waits } = plan;
    const urls = this.#proxies.map(({ url }) => url);
    const skewMs = plan.skewsMs[index] ?? 0;
    const own = { contender: index, skewMs, seed: seed * CONTENDERS + index };
    return one.start({ kind: 'start', run: `r${seed}`, urls, ttlMs, waits, ...own }, register);
  }

  async #meet(fault: PlannedFault): Promise<void> {
    await pause(fault.atMs);
    if (fault.kind === 'stop') return this.#stopHolder(fault);
    await Promise.all(fault.nodes.map((index) => this.#inTurn(index, fault)));
  }

  async #stopHolder({ forMs, nodes }: PlannedFault): Promise<void> {
    const chosen = this.#contenders[(nodes[0] ?? 0) % CONTENDERS];
    const holder = this.#contenders.find(({ holding }) => holding) ?? chosen;
    this.#note(`stop for ${forMs} ms`);
    await holder?.standStill(() => pause(forMs));
  }

  /** What befalls one node comes one after the other: nobody can start twice at once. */
  #inTurn(index: number, fault: PlannedFault): Promise<void> {
    const before = this.#harms.get(index) ?? Promise.resolve();
    const harm = before.then(() => this.#harm(index, fault));
    this.#harms.set(index, harm);
    return harm;
  }

  async #harm(index: number, fault: PlannedFault): Promise<void> {
    const node = this.#nodes[index]?.at(0);
    const proxy = this.#proxies[index];
    if (!node || !proxy) throw new Error(`there is no node ${index}`);
    const { kind, forMs, byMs } = fault;
    this.#note(`${kind} node ${index} ${byMs === 0 ? `for ${forMs}` : `by ${byMs}`} ms`);
    switch (kind) {
      case 'restart':
      case 'forget':
        proxy.goDown();
        if (kind === 'forget') await node.client.flushall();
        await node.kill();
        await pause(forMs);
        await node.start();
        return proxy.comeUp();
      case 'pause':
        await node.client.call('CLIENT', 'PAUSE', String(forMs), 'ALL');
        return;
      case 'freeze':
        node.freeze();
        await pause(forMs);
        return node.thaw();
      case 'cut':
        return proxy.cutAfterSend();
      case 'stick':
        proxy.stick();
        await pause(forMs);
        proxy.cut();
        proxy.flow();
        await pause(forMs);
        return proxy.deliver();
      case 'jump':
        return proxy.jump(byMs);
      case 'stop':
        return;
    }
  }

  #note(what: string): void {
    this.#faults.push({ kind: 'fault', what, at: monotonicNow() });
  }
}
