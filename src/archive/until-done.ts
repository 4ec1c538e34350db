import { backoffMs, isRetryable, pause, systemRandom } from '../kernel/index.ts';

const ATTEMPTS = 6;

/**
 * A page again, whole, when it met a deadlock or lost its connection. It may have been committed
 * all the same: then it finds nothing left to do. What it had written to the file is there twice.
 */
export async function untilDone<T>(page: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await page();
    } catch (error) {
      if (attempt === ATTEMPTS || !isRetryable(error)) throw error;
      await pause(backoffMs(attempt, { firstMs: 50, capMs: 2000 }, systemRandom));
    }
  }
}
