import { connect } from 'node:net';
import type { LockNodeView, LockView } from '../lock.ts';
import type { ServerAddress } from '../server-list.ts';
import { childrenIn, inOrder, lineOf } from './zookeeper-line.ts';
import type { ZooKeeperSession } from './zookeeper-session.ts';
import { getChildren, getData, OK, type Reply, readStat } from './zookeeper-words.ts';

const STATUS_WORD = 'srvr';
const OUT_OF_SERVICE = 'not currently serving';

export interface ViewRequest {
  readonly session: ZooKeeperSession;
  readonly servers: readonly ServerAddress[];
  readonly prefix: string;
  readonly timeoutMs: number;
}

/**
 * What the server of our session knows; all members know the same. The others are only asked
 * whether they serve.
 */
export async function inspectZooKeeper(
  { session, servers, prefix, timeoutMs }: ViewRequest,
  names: readonly string[],
): Promise<LockView[]> {
  const lines = names.map((name) => lineOf(prefix, name));
  const [known, serving] = await Promise.all([
    headsOf(session, lines),
    Promise.all(servers.map((server) => isServing(server, timeoutMs))),
  ]);
  return names.map((name, place) => ({
    name,
    nodes: servers.map(({ label }, index): LockNodeView => {
      const head = known?.[place];
      const reachable = head !== undefined && serving[index] === true;
      if (reachable && head) return { node: label, reachable, ...head };
      return { node: label, reachable, held: false, ttlMs: null, fence: null, waiting: 0 };
    }),
  }));
}

type Head = Omit<LockNodeView, 'node' | 'reachable'>;

async function headsOf(
  session: ZooKeeperSession,
  lines: readonly string[],
): Promise<readonly Head[] | undefined> {
  const asked = await session.ask(lines.map((line) => getChildren(line)));
  if (asked.kind === 'unreachable') return undefined;
  const children = asked.replies.map((reply) => inOrder(childrenIn(reply)));
  const holders = lines.map((line, place) => `${line}/${children[place]?.[0] ?? '-'}`);
  const data = await session.ask(holders.map((path) => getData(path)));
  if (data.kind === 'unreachable') return undefined;
  return data.replies.map((reply, place) => headOf(reply, children[place]?.length ?? 0));
}

function headOf(holder: Reply, inLine: number): Head {
  if (holder.code !== OK) return { held: false, ttlMs: null, fence: null, waiting: 0 };
  const [offset = '', timeoutMs = ''] = holder.body.text().split(' ');
  const isOurs = /^\d+$/.test(offset) && /^\d+$/.test(timeoutMs);
  return {
    held: true,
    // Nobody tells how long a session has been silent: that long at most.
    ttlMs: isOurs ? Number(timeoutMs) : null,
    fence: readStat(holder.body).czxid + (isOurs ? BigInt(offset) : 0n),
    waiting: Math.max(0, inLine - 1),
  };
}

function isServing({ host, port }: ServerAddress, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    let said = '';
    const socket = connect({ host, port });
    const done = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(said.length > 0 && !said.includes(OUT_OF_SERVICE));
    };
    const timer = setTimeout(done, timeoutMs);
    socket.on('data', (data: Buffer) => {
      said += data.toString('utf8');
    });
    socket.on('error', done).on('close', done); // not serving, as the answer says
    socket.write(STATUS_WORD);
  });
}
