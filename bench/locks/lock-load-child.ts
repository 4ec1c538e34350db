/** Takes and gives back locks of every contender, in a process of its own as real holders are. */
import type { AloneLoad, ContestLoad, LockEntry } from './lock-load.ts';
import { contest, takeAlone } from './lock-loops.ts';
import { type Taker, takerOf } from './lock-takers.ts';

const takers = new Map<string, Taker>();

/** Kept, with its connections, for the measurements to come. */
function kept(entry: LockEntry): Taker {
  const taker = takers.get(entry.name) ?? takerOf(entry);
  takers.set(entry.name, taker);
  return taker;
}

async function answer(load: AloneLoad | ContestLoad): Promise<void> {
  const taker = kept(load.entry);
  const said = load.type === 'alone' ? await takeAlone(taker, load) : await contest(taker, load);
  process.send?.({ type: load.type, ...said });
}

function fail(error: unknown): never {
  process.stderr.write(`lock load: ${String((error as Error).stack)}\n`);
  process.exit(1);
}

process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.on('message', (load: AloneLoad | ContestLoad) => void answer(load).catch(fail));
process.send?.({ type: 'ready' });
