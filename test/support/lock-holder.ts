/**
 * A process of its own that holds or waits for a lock and tells its parent everything, to be
 * paused and killed by tests. Arguments: urls (JSON), name, ttl in ms.
 */
import { messageOf } from '../../src/kernel/index.ts';
import { heldIn, locksOn } from './lock-room.ts';

const [urls = '', name = '', ttlMs = ''] = process.argv.slice(2);
const tell = (message: Record<string, unknown>) => void process.send?.(message);

const locks = locksOn(JSON.parse(urls) as string[], { ttlMs: Number(ttlMs) });
tell({ kind: 'waiting' });
const held = heldIn(await locks.lock([name]));
tell({ kind: 'held', fence: held.fence.toString() });
held.signal.addEventListener('abort', () => {
  const { details } = held.signal.reason as { details: { reason: string } };
  tell({ kind: 'lost', reason: details.reason });
});

/** Writes as long as it may, as fast as it can look. */
const writing = setInterval(() => {
  try {
    held.assertHeld();
    tell({ kind: 'write' });
  } catch (error) {
    tell({ kind: 'refused', message: messageOf(error) });
    clearInterval(writing);
  }
}, 2);
