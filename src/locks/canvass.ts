import type { LockNode } from './lock-node.ts';

export interface Canvass<Verdict> {
  readonly nodes: readonly LockNode[];
  readonly timeoutMs: number;
  /** Which nodes are asked. Default: those whose votes count. */
  readonly may?: (node: LockNode) => boolean;
  ask(node: LockNode, index: number): Promise<unknown>;
  /** Counts a reply; also those that come after the decision. */
  count(index: number, reply: unknown): void;
  /** Counts a node that was not asked or did not answer. */
  absent(index: number): void;
  /** Answers as soon as the votes allow it; must answer once every node was counted. */
  verdict(): Verdict | undefined;
}

/** Asks all usable nodes at once and answers at the first moment that the verdict stands. */
export function canvass<Verdict>(vote: Canvass<Verdict>): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const may = vote.may ?? ((node: LockNode) => node.usable);
    const silent = new Set<number>();
    let timer: NodeJS.Timeout | null = null;
    let decided = false;

    const decide = () => {
      const verdict = decided ? undefined : vote.verdict();
      if (verdict === undefined) return;
      decided = true;
      if (timer) clearTimeout(timer);
      resolve(verdict);
    };
    const hear = (index: number, reply?: unknown) => {
      const waited = silent.delete(index);
      try {
        if (reply !== undefined) vote.count(index, reply);
        else if (waited) vote.absent(index);
        decide();
      } catch (error) {
        reject(error);
      }
    };
    const ask = (node: LockNode, index: number) => {
      silent.add(index);
      vote.ask(node, index).then(
        (reply) => hear(index, reply),
        (error: unknown) => {
          node.failed(error);
          hear(index);
        },
      );
    };
    const giveUp = () => {
      if (decided) return;
      for (const index of silent) {
        vote.nodes[index]?.unanswered();
        hear(index);
      }
    };

    vote.nodes.forEach((node, index) => {
      if (may(node)) ask(node, index);
      else if (node.beginning) {
        silent.add(index);
        void node.beginning.then(() => {
          if (!silent.has(index)) return;
          if (may(node) && !decided) ask(node, index);
          else hear(index);
        });
      }
    });
    vote.nodes.forEach((_, index) => {
      if (!silent.has(index)) vote.absent(index);
    });
    decide();
    if (decided) return;
    // When our own event loop was late, the answers may be here already: they are read before
    // the immediate runs.
    timer = setTimeout(() => setImmediate(giveUp), vote.timeoutMs);
  });
}
