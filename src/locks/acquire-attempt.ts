import { canvass } from './canvass.ts';
import type { LockNode } from './lock-node.ts';
import { AcquireVote, type AcquireVerdict, Poll, type PollVerdict } from './quorum-vote.ts';

export interface AttemptRequest {
  readonly nodes: readonly LockNode[];
  readonly keys: readonly string[];
  /** As acquire.lua wants them; the first is the owner, the last is left to each node. */
  readonly args: readonly (string | number)[];
  readonly ttlMs: number;
  readonly timeoutMs: number;
}

/** What the nodes said to one acquire. */
export interface Attempt {
  readonly verdict: AcquireVerdict;
  readonly granted: ReadonlySet<number>;
  /** Were asked and did not refuse: something of this owner may be there, now or later. */
  readonly touched: ReadonlySet<number>;
  /** Indexes of the keys that somebody holds or waits for. */
  readonly busy: ReadonlySet<number>;
  /** When the busy locks end; -1 never, -2 they are free but somebody is in line. */
  readonly busyMs: number;
}

type GrantReply = readonly [1, string];
/** It came too late: the node did nothing. */
type LateReply = readonly [-1];
type RefusalReply = readonly [0, string, number, ...number[]];

/** One round of acquire over all nodes. Fences seen on the way are told to `saw`. */
export async function attemptAcquire(
  request: AttemptRequest,
  saw: (fence: number) => void,
): Promise<Attempt> {
  const { nodes, keys, args } = request;
  const vote = new AcquireVote(nodes.length);
  const granted = new Set<number>();
  const touched = new Set<number>();
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
    ask: (node, index) => {
      touched.add(index);
      return node.acquire(keys, args, request);
    },
    count: (index, reply) => {
      const answer = reply as GrantReply | RefusalReply | LateReply;
      if (answer[0] === -1) {
        touched.delete(index);
        return vote.absent();
      }
      saw(Number(answer[1]));
      if (answer[0] === 0) return refuse(index, answer);
      granted.add(index);
      vote.granted(index, Number(answer[1]));
    },
    absent: () => vote.absent(),
    verdict: () => vote.verdict(),
  });
  return { verdict, granted, touched, busy, busyMs: busyMs ?? -2 };
}

export interface PollRequest {
  /** The nodes to ask, and how many of them make a quorum. */
  readonly nodes: readonly LockNode[];
  readonly quorum: number;
  readonly timeoutMs: number;
  ask(node: LockNode): Promise<unknown>;
  /** Which nodes are asked. Default: those whose votes count. */
  readonly may?: (node: LockNode) => boolean;
  /** The reply that means yes. */
  readonly yes: number;
}

/** One yes-or-no round over these nodes. */
export function pollNodes(request: PollRequest): Promise<PollVerdict> {
  const poll = new Poll(request.nodes.length, request.quorum);
  return canvass<PollVerdict>({
    nodes: request.nodes,
    timeoutMs: request.timeoutMs,
    ask: (node) => request.ask(node),
    ...(request.may && { may: request.may }),
    count: (_, reply) => (reply === request.yes ? poll.yes() : poll.no()),
    absent: () => poll.absent(),
    verdict: () => poll.verdict(),
  });
}
