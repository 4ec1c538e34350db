import { goodsIdField } from '../../shapes/index.ts';
import type { LockView } from '../../locks/index.ts';
import { table } from '../format.ts';
import { checkedGiven, numberIn } from '../given.ts';
import type { Plan } from '../plan.ts';

/** A name that no goods have, to see whether the nodes answer. */
const NOBODY = '0';

export const locksShow: Plan = {
  name: 'show',
  takes: '[goodsId...]',
  summary: 'Show who holds the lock of goods ids, node by node',
  more: 'Without a goods id it shows which lock nodes answer.',
  examples: ['holdfast locks show', 'holdfast locks show 7 8'],
  act: async (session, [given]) => {
    const names = ((given ?? []) as readonly string[]).map((one) => {
      const { goodsId } = checkedGiven({ goodsId: goodsIdField }, {}, { goodsId: numberIn(one) });
      return String(goodsId);
    });
    const { locks } = await session.app();
    const views = await locks.inspect(names.length > 0 ? names : [NOBODY]);
    const shown = views.map(({ name, nodes }) => ({
      ...(name === NOBODY ? {} : { goodsId: Number(name) }),
      nodes: nodes.map((node) => ({
        ...node,
        fence: node.fence === null ? null : `${node.fence}`,
      })),
    }));
    session.print({ locks: shown }, () => table(HEADER, views.flatMap(rowsOf)));
  },
};

const HEADER = ['goods', 'node', 'answers', 'held', 'ends in ms', 'fence', 'waiting'];

function rowsOf({ name, nodes }: LockView) {
  return nodes.map((node) => [
    name === NOBODY ? null : Number(name),
    node.node,
    node.reachable ? 'yes' : 'NO',
    node.reachable ? (node.held ? 'yes' : 'no') : null,
    node.ttlMs,
    node.fence === null ? null : String(node.fence),
    node.reachable ? node.waiting : null,
  ]);
}
