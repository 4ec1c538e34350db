import { pause } from '../../../src/kernel/index.ts';
import type { FaultProxy } from '../../support/fault-proxy.ts';
import type { RedisNode } from '../../support/redis-nodes.ts';
import type { PlannedFault } from './fault-plan.ts';
import { type HistoryEvent, monotonicNow, type Planted } from './lock-history.ts';

export interface HarmedNode {
  readonly index: number;
  readonly node: RedisNode;
  /** The lines to it. */
  readonly proxy: FaultProxy;
  /** Nothing has befallen it in this run before. */
  readonly isUnharmed: boolean;
}

export type Harm = Pick<PlannedFault, 'kind' | 'contender' | 'forMs' | 'byMs' | 'rate'>;

/**
 * An attempt at a ttl of 300 ms is over after 150 ms. The node may obey it for as much longer as
 * its clock is known badly: by the margin of 5 ms, and by a round trip on a busy machine.
 */
const OUT_OF_DATE_MS = 150 + 70;
const ON_THE_WAY_MS = 130;
const LOOK_MS = 10;
/** So much later one client reaches a node that has restarted than the others do. */
const LAST_MS = 150;

/** Does this to one node. Answers with what was seen to go wrong there. */
export async function harmNode(at: HarmedNode, fault: Harm): Promise<readonly HistoryEvent[]> {
  const { node, proxy } = at;
  const { kind, forMs } = fault;
  switch (kind) {
    case 'restart':
    case 'forget':
      proxy.goDown();
      if (kind === 'forget') await node.client.flushall();
      await node.kill();
      await pause(forMs);
      await node.start();
      proxy.comeUp();
      proxy.goDown(fault.contender);
      await pause(LAST_MS);
      proxy.comeUp(fault.contender);
      return [];
    case 'pause':
      await node.client.call('CLIENT', 'PAUSE', String(forMs), 'ALL');
      return [];
    case 'freeze':
      node.freeze();
      await pause(forMs);
      node.thaw();
      return [];
    case 'cut':
      proxy.cutAfterSend();
      return [];
    case 'stick':
      return stick(at, forMs);
    case 'jump':
      await proxy.jump(fault.byMs);
      return [];
    case 'drift':
      await proxy.drift(fault.rate, forMs);
      return [];
    default:
      throw new Error(`${kind} befalls no node`);
  }
}

/**
 * Requests lie in a buffer until their attempts are over, and arrive then. A lock that one of
 * them makes is held by nobody; it is looked for where the client could know the node's clock: it
 * has not jumped, and no answer was so long on its way that it says little of the time.
 *
 * Whoever lingers asks at each renewal, and may have got its lock there on the next line.
 */
async function stick(
  { index, node, proxy, isUnharmed }: HarmedNode,
  forMs: number,
): Promise<Planted[]> {
  const isThere = async ({ key, owner }: AskedKey) => (await node.client.get(key)) === owner;
  proxy.stick();
  await pause(forMs);
  proxy.cut();
  proxy.flow();
  await pause(forMs + ON_THE_WAY_MS);
  const late: AskedKey[] = proxy
    .stuckFor(OUT_OF_DATE_MS)
    .flatMap(({ keys, owner }) => keys.map((key) => ({ key, owner })));
  const before = await Promise.all(late.map(isThere));
  proxy.deliver();
  if (!isUnharmed) return [];
  await pause(LOOK_MS);
  const after = await Promise.all(late.map(isThere));
  return late
    .filter((_, at) => after[at] && !before[at])
    .map(({ key, owner }) => ({ kind: 'planted', node: index, key, owner, at: monotonicNow() }));
}

interface AskedKey {
  readonly key: string;
  readonly owner: string;
}
