import { select, type Tree, under } from './repo-files.ts';
import { readSource } from './source-text.ts';

/** The queues that other programs rely on: these names are for ever. */
export const QUEUES = ['order-placed', 'pre-deduct', 'delayed-timeout', 'payment-confirmed'];

export function unnamedQueues(tree: Tree): string[] {
  const named = new Set(
    [...under(tree, 'src/queues').values()].flatMap((source) =>
      readSource(source).strings.map(({ text }) => text),
    ),
  );
  return QUEUES.filter((queue) => !named.has(queue)).map(
    (queue) => `src/queues names no queue '${queue}'`,
  );
}

/** One program for each queue, one for all of them, and nothing else beside them. */
export function wrongWorkers(tree: Tree): string[] {
  const wanted = [...QUEUES, 'all'].map((name) => `workers/${name}.ts`);
  const there = [...under(tree, 'workers').keys()];
  return [
    ...wanted.filter((path) => !there.includes(path)).map((path) => `${path} is missing`),
    ...there
      .filter((path) => !wanted.includes(path))
      .map((path) => `${path} serves no queue: give it a room in src/`),
  ];
}

const HEADER = /^\/\*\*[\s\S]*?\*\//;
const LINES = ['Takes', 'Leads to', 'Repeats'];

/** A worker begins with what it does, what it takes, leads to, and what a repeat changes. */
export function wrongHeaders(tree: Tree): string[] {
  const workers = select(under(tree, 'workers'), (path) => path !== 'workers/all.ts');
  return [...workers].flatMap(([path, source]) => {
    const name = path.slice('workers/'.length, -'.ts'.length);
    const said = (HEADER.exec(source)?.[0] ?? '')
      .split('\n')
      .map((line) => line.replace(/^\s*\/?\*+\/?\s?/, ''))
      .filter((line) => line.trim() !== '');
    const heads = said.filter((line) => LINES.some((head) => line.startsWith(`${head} `)));
    const order = heads.map((line) => LINES.find((head) => line.startsWith(`${head} `)));
    return [
      ...(said[0]?.startsWith(`${name}: `) ? [] : [`${path} does not begin with "${name}: ..."`]),
      ...(order.join() === LINES.join()
        ? []
        : [`${path} needs ${LINES.join(', ')} in its header, in this order; has ${order.join()}`]),
    ];
  });
}
