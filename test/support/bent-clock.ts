import { pause } from '../../src/kernel/index.ts';
import type { RedisNode } from './redis-nodes.ts';

/** So many ms are taken from every key that has an end; what is left of none ends at once. */
const SHIFT_EXPIRY = `
local cursor = '0'
repeat
  local page = redis.call('SCAN', cursor, 'COUNT', 1000)
  cursor = page[1]
  for _, key in ipairs(page[2]) do
    local left = redis.call('PTTL', key)
    if left >= 0 then redis.call('PEXPIRE', key, left - ARGV[1]) end
  end
until cursor == '0'`;

const STEP_MS = 5;

/**
 * The clock of a node, wrong as its clients would see it if somebody had set it or if it ran
 * unevenly. Nobody can set the clock of one process of this machine, so both things that it does
 * are done from outside: the times that the node tells are shifted on their way (by the proxy),
 * and what expires is shifted on the node.
 *
 * A node writes down for each key the moment when it ends, by its own clock. A clock that is set
 * forward by J leaves every key J less, and one that is set back leaves it J more: that is the
 * shift. A key that is set later is not touched by a jump before it, and so no `PX` needs to be
 * rewritten. A clock that runs too fast is one that is set forward a little all the time: what is
 * set to end in 300 ms ends after 200 at one and a half times the speed.
 */
export class BentClock {
  readonly #node: RedisNode;
  #aheadMs = 0;

  constructor(node: RedisNode) {
    this.#node = node;
  }

  get aheadMs(): number {
    return this.#aheadMs;
  }

  async jump(ms: number): Promise<void> {
    this.#aheadMs += ms;
    await this.#node.client.eval(SHIFT_EXPIRY, 0, ms);
  }

  /** Runs at so many times its speed for so long; it is not set right after that. */
  async drift(rate: number, forMs: number): Promise<void> {
    const began = performance.now();
    let shifted = 0;
    let passed = 0;
    while (passed < forMs) {
      await pause(STEP_MS);
      passed = performance.now() - began;
      const due = Math.trunc(passed * (rate - 1));
      if (due === shifted) continue;
      await this.jump(due - shifted);
      shifted = due;
    }
  }
}
