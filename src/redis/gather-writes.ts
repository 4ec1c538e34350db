import type { RedisClient } from './client-library.ts';

/**
 * Makes commands that are sent in one go leave in one write: the write itself costs more than all
 * the rest of a small command. Call what it answers just before sending; nothing is delayed
 * beyond the work at hand, so a command on its own goes out as it would have.
 */
export function gatherWrites(client: RedisClient): () => void {
  let gathering = false;
  return () => {
    // The members of a cluster have a connection each, which sees no others' commands.
    const stream = 'stream' in client ? client.stream : undefined;
    if (gathering || !stream?.writable) return;
    gathering = true;
    stream.cork();
    process.nextTick(() => {
      gathering = false;
      stream.uncork();
    });
  };
}
