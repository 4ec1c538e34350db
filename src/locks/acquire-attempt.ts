import { canvass } from './canvass.ts';
import type { LockNode } from './lock-node.ts';
import { AcquireVote, type AcquireVerdict, Poll, type PollVerdict } from './quorum-vote.ts';

export interface AttemptRequest {
  readonly nodes: readonly LockNode[];
  /** Indexes of the nodes to ask first; the others follow when these do not settle it. */
  readonly first: ReadonlySet<number>;
  readonly keys: readonly string[];
  /** As acquire.lua wants them; the first is the owner, the last is left to each node. */
  readonly args: readonly (string | number)[];
  readonly ttlMs: number;
  readonly timeoutMs: number;
}

/** What the nodes said to one acquire. */
export interface Attempt {
  readonly verdict: AcquireVerdict;
  /** The number that each of these gave; late ones come in after the verdict. */
  readonly granted: Map<number, number>;
  /** Were asked and did not refuse: something of this owner may be there, now or later. */
  readonly touched: Set<number>;
  /** All that were asked: a place in line may have been taken there. */
  readonly asked: ReadonlySet<number>;
  /** Indexes of the keys that somebody holds or waits for. */
  readonly busy: ReadonlySet<number>;
  /** When the busy locks end; -1 never, -2 they are free but somebody is in line. */
  readonly busyMs: number;
}

type GrantReply = readonly [1, string];
/** It came too late: the node did nothing. */
type LateReply = readonly [-1];
type RefusalReply = readonly [0, string, number, ...number[]];

/** One round of acquire, on as many nodes as it takes. Fences seen are told to `saw`. */
export async function attemptAcquire(
  request: AttemptRequest,
  saw: (fence: number) => void,
): Promise<Attempt> {
  const { nodes, first, keys, args } = request;
  const vote = new AcquireVote(nodes.length, first.size);
  const granted = new Map<number, number>();
  const touched = new Set<number>();
  const asked = new Set<number>();
  const busy = new Set<number>();
  let busyMs: number | undefined;

  const refuse = (index: number, [, , ms, ...which]: RefusalReply) => {
    touched.delete(index);
    for (const key of which) busy.add(key - 1);
    // Unending (-1) is the longest of all; the node where it ends first is tried first.
    if (busyMs === undefined || busyMs === -1 || (ms !== -1 && ms < busyMs)) busyMs = ms;
    vote.busy();
  };
  const verdict = await canvass<AcquireVerdict>({
    nodes,
    timeoutMs: request.timeoutMs,
    spares: {
      is: (index) => !first.has(index),
      wanted: () => vote.wantsSpares,
      asked: () => vote.askSpares(),
    },
    ask: (node, index) => {
      asked.add(index);
      touched.add(index);
      return node.acquire(keys, args, request);
    },
    count: (index, reply) => {
      const answer = reply as GrantReply | RefusalReply | LateReply;
      if (answer[0] === -1) {
        touched.delete(index);
        return vote.absent();
      }
      const fence = Number(answer[1]);
      saw(fence);
      if (answer[0] === 0) return refuse(index, answer);
      granted.set(index, fence);
      vote.granted(index, fence);
    },
    absent: () => vote.absent(),
    verdict: () => vote.verdict(),
  });
  return { verdict, granted, touched, asked, busy, busyMs: busyMs ?? -2 };
}

export interface PollRequest {
  /** The nodes to ask, and how many of them make a quorum. */
  readonly nodes: readonly LockNode[];
  readonly quorum: number;
  readonly timeoutMs: number;
  ask(node: LockNode, index: number): Promise<unknown>;
  /** Which nodes are asked. Default: those whose votes count. */
  readonly may?: (node: LockNode, index: number) => boolean;
  /** The reply that means yes. */
  readonly yes: number;
}

/** One yes-or-no round over these nodes. */
export function pollNodes(request: PollRequest): Promise<PollVerdict> {
  const poll = new Poll(request.nodes.length, request.quorum);
  return canvass<PollVerdict>({
    nodes: request.nodes,
    timeoutMs: request.timeoutMs,
    ask: (node, index) => request.ask(node, index),
    ...(request.may && { may: request.may }),
    count: (_, reply) => (reply === request.yes ? poll.yes() : poll.no()),
    absent: () => poll.absent(),
    verdict: () => poll.verdict(),
  });
}
