import { pause } from '../../../src/kernel/index.ts';
import { FaultProxy } from '../../support/fault-proxy.ts';
import { type RedisNodes, startRedisNodes } from '../../support/redis-nodes.ts';
import { until } from '../../support/until.ts';
import { ContenderProcess } from './contender-process.ts';
import { CONTENDERS, type FaultPlan, type PlannedFault } from './fault-plan.ts';
import type { OpenRegister, Register } from './fenced-register.ts';
import { type HistoryEvent, monotonicNow } from './lock-history.ts';
import { type Harm, type HarmedNode, harmNode } from './node-harm.ts';

const NODES = 5;
const REMEMBERING = ['--appendonly', 'yes', '--appendfsync', 'everysec'];
const LINGER_MS = 400;
/** An attempt waits for 150 ms. */
const LAG_MS = 120;
/** Longer than the ttl: what was held has ended when they see each other again. */
const DARK_MS = 300;
const BLINK_MS = 20;

export interface LaneParts {
  /** Where the program of the contenders is: another one than ours, when ours was spoilt. */
  readonly contender?: string | undefined;
  readonly register: OpenRegister;
}

/** Nodes and processes for one run after the other. */
export class FaultLane {
  readonly #nodes: RedisNodes[];
  readonly #contenders: ContenderProcess[];
  readonly #openRegister: OpenRegister;
  #proxies: FaultProxy[] = [];
  #faults: HistoryEvent[] = [];
  readonly #harms = new Map<number, Promise<void>>();

  static async open(parts: LaneParts): Promise<FaultLane> {
    // Each in a folder of its own, for its append-only file.
    const one = () => startRedisNodes(1, REMEMBERING);
    return new FaultLane(await Promise.all(Array.from({ length: NODES }, one)), parts);
  }

  private constructor(nodes: RedisNodes[], { contender, register }: LaneParts) {
    this.#nodes = nodes;
    this.#openRegister = register;
    this.#contenders = Array.from(
      { length: CONTENDERS },
      (_, index) => new ContenderProcess(index, contender),
    );
  }

  /** Plays the plan; answers all that happened. */
  async play(plan: FaultPlan): Promise<HistoryEvent[]> {
    const register = await this.#openRegister();
    this.#faults = [];
    this.#harms.clear();
    this.#proxies = this.#nodes
      .slice(0, plan.nodes)
      .map((node) => new FaultProxy(node.at(0), CONTENDERS));
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
      await register.close();
    }
    const told = this.#contenders.flatMap(({ events }) => events);
    return [...this.#faults, ...told, ...register.writes];
  }

  async close(): Promise<void> {
    await Promise.all(this.#contenders.map((contender) => contender.end()));
    await Promise.all(this.#nodes.map((node) => node.stop()));
  }

  #start(one: ContenderProcess, index: number, plan: FaultPlan, register: Register) {
    const { seed, ttlMs, waits } = plan;
    const urls = this.#proxies.map((proxy) => proxy.urlOf(index));
    const skewMs = plan.skewsMs[index] ?? 0;
    const own = { contender: index, skewMs, seed: seed * CONTENDERS + index };
    return one.start({ kind: 'start', run: `r${seed}`, urls, ttlMs, waits, ...own }, register);
  }

  async #meet(fault: PlannedFault): Promise<void> {
    await pause(fault.atMs);
    if (fault.lingers) await this.#linger(fault);
    await this.#befall(fault);
    if (fault.besides.length === 0) return;
    await pause(LINGER_MS);
    for (const index of fault.besides) this.#at(index).proxy.comeUp(fault.contender);
  }

  async #befall(fault: PlannedFault): Promise<void> {
    if (fault.kind === 'stop') return this.#stopHolder(fault);
    if (fault.kind === 'part') return this.#part(fault);
    if (fault.kind === 'corner') return this.#corner(fault);
    await Promise.all(fault.nodes.map((index) => this.#inTurn(index, fault)));
  }

  /** Until it holds a lock and keeps it; should it not get one, the fault comes anyway. */
  async #linger({ contender, besides }: PlannedFault): Promise<void> {
    for (const index of besides) {
      this.#note(`hide node ${index} from contender ${contender}`);
      this.#at(index).proxy.goDown(contender);
    }
    const chosen = this.#contender(contender);
    chosen.linger();
    const end = performance.now() + LINGER_MS;
    await until(() => chosen.lingering || performance.now() > end);
  }

  async #stopHolder({ forMs, contender }: PlannedFault): Promise<void> {
    const chosen = this.#contender(contender);
    const holder = chosen.holding ? chosen : this.#contenders.find(({ holding }) => holding);
    this.#note(`stop for ${forMs} ms`);
    await (holder ?? chosen).standStill(() => pause(forMs));
  }

  /** Its answers are late, so that it hears of a renewal long after that; then it hears nothing. */
  async #part({ contender, forMs }: PlannedFault): Promise<void> {
    this.#note(`part contender ${contender} for ${forMs} ms and a ttl`);
    for (const proxy of this.#proxies) proxy.lag(contender, LAG_MS);
    await pause(forMs);
    // Or a renewal that it never heard of would keep the lock for longer than it knows.
    for (const proxy of this.#proxies) proxy.goDeaf(contender);
    await pause(LAG_MS);
    for (const proxy of this.#proxies) proxy.goDark(contender);
    await pause(DARK_MS);
    for (const proxy of this.#proxies) proxy.goLight(contender);
  }

  async #corner({ contender, nodes, forMs }: PlannedFault): Promise<void> {
    this.#note(`corner contender ${contender} with ${nodes.join(', ')} for ${forMs} ms`);
    const others = this.#proxies.filter((_, index) => !nodes.includes(index));
    for (const proxy of others) proxy.goDown(contender);
    const fault = { kind: 'freeze', contender, forMs: BLINK_MS, byMs: 0, rate: 1 } as const;
    for (const end = performance.now() + forMs; performance.now() < end; ) {
      await pause(BLINK_MS);
      await Promise.all(nodes.map((index) => this.#inTurn(index, fault)));
    }
    for (const proxy of others) proxy.comeUp(contender);
  }

  /** What befalls one node comes one after the other: nobody can start twice at once. */
  #inTurn(index: number, fault: Harm): Promise<void> {
    const before = this.#harms.get(index) ?? Promise.resolve();
    const { kind, forMs, byMs, rate } = fault;
    const how = [byMs === 0 ? '' : ` by ${byMs} ms`, rate === 1 ? '' : ` to ${rate}`].join('');
    const isUnharmed = !this.#harms.has(index);
    const harm = before.then(async () => {
      this.#note(`${kind} node ${index}${how} for ${forMs} ms`);
      this.#faults.push(...(await harmNode({ ...this.#at(index), isUnharmed }, fault)));
    });
    this.#harms.set(index, harm);
    return harm;
  }

  #at(index: number): Omit<HarmedNode, 'isUnharmed'> {
    const node = this.#nodes[index]?.at(0);
    const proxy = this.#proxies[index];
    if (!node || !proxy) throw new Error(`there is no node ${index}`);
    return { index, node, proxy };
  }

  #contender(index: number): ContenderProcess {
    const found = this.#contenders[index];
    if (!found) throw new Error(`there is no contender ${index}`);
    return found;
  }

  #note(what: string): void {
    this.#faults.push({ kind: 'fault', what, at: monotonicNow() });
  }
}
