import type { RedisClient } from './client-library.ts';

/**
 * Makes commands that are sent in one go leave in few writes: the write itself costs more than all
 * the rest of a small command. Call what it answers just before sending. The first command of a
 * turn leaves at once, so that the server has begun by the time we are done with the others; those
 * after it leave together at the end of the turn.
 */
export function gatherWrites(client: RedisClient): () => void {
  let isFirst = true;
  let held: { uncork(): void } | undefined;
  const end = (): void => {
    held?.uncork();
    held = undefined;
    isFirst = true;
  };
  return () => {
    // The members of a cluster have a connection each, which sees no others' commands.
    const stream = 'stream' in client ? client.stream : undefined;
    if (held || !stream?.writable) return;
    if (isFirst) {
      isFirst = false;
      process.nextTick(end);
    } else {
      stream.cork();
      held = stream;
    }
  };
}
