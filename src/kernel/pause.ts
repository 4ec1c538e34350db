import { setTimeout as delay } from 'node:timers/promises';

/** Waits, but never past an abort: an aborted pause ends at once and says so by its answer. */
export async function pause(ms: number, signal?: AbortSignal): Promise<'elapsed' | 'aborted'> {
  if (signal?.aborted) return 'aborted';
  try {
    await delay(ms, undefined, signal ? { signal } : {});
    return 'elapsed';
  } catch (error) {
    if (signal?.aborted) return 'aborted';
    throw error;
  }
}
