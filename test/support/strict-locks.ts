import { AppError } from '../../src/kernel/index.ts';
import type { GoodsLocks } from '../../src/saga/index.ts';

type LockAnswer = Awaited<ReturnType<GoodsLocks['tryLock']>>;
type Ask = Parameters<GoodsLocks['tryLock']>[1];

/**
 * What befalls who asks for locks:
 * - unreachable: there is no quorum
 * - lost: somebody else may have them at once; the holder finds out when it looks
 * - lost-unseen: the same, and the holder never finds out
 * - forgotten: the nodes forget every number they have given
 */
export type LockMishap = 'none' | 'unreachable' | 'lost' | 'lost-unseen' | 'forgotten';

const ASKS = 5;

/** The locks of several processes, in memory. Numbers rise, but for nodes that forget. */
export class StrictLocks implements GoodsLocks {
  readonly #turn: (what: string) => Promise<void>;
  readonly #mishaps: LockMishap[];
  readonly #holders = new Map<string, object>();
  #fence = 0n;
  /** Goods that two held at once. */
  overlaps = 0;

  constructor(turn: (what: string) => Promise<void>, mishaps: readonly LockMishap[]) {
    this.#turn = turn;
    this.#mishaps = [...mishaps];
  }

  calm(): void {
    this.#mishaps.length = 0;
  }

  async tryLock(names: readonly string[], { fenceAbove = 0n }: Ask): Promise<LockAnswer> {
    await this.#turn('lock');
    const busy = names.filter((name) => this.#holders.has(name));
    if (busy.length > 0) return { kind: 'busy', names: busy, retryAfterMs: 1 };
    const mishap = this.#mishaps.shift() ?? 'none';
    if (mishap === 'unreachable') return { kind: 'unreachable', reason: 'no quorum' };
    if (mishap === 'forgotten') this.#fence = 0n;
    this.#fence = (this.#fence > fenceAbove ? this.#fence : fenceAbove) + 1n;
    const fence = this.#fence;
    const me = {};
    const isLost = mishap === 'lost' || mishap === 'lost-unseen';
    if (isLost) this.overlaps += names.length;
    else for (const name of names) this.#holders.set(name, me);
    return {
      kind: 'held',
      held: {
        fence,
        assertHeld: () => {
          if (mishap !== 'lost') return;
          throw new AppError('lock-lost', 'its time ran out', { retryable: true });
        },
        release: async () => {
          await this.#turn('release');
          for (const name of names) {
            if (this.#holders.get(name) === me) this.#holders.delete(name);
          }
        },
      },
    };
  }

  async lock(names: readonly string[], ask: Ask): Promise<LockAnswer> {
    let answer = await this.tryLock(names, ask);
    for (let asked = 1; asked < ASKS && answer.kind === 'busy'; asked += 1) {
      answer = await this.tryLock(names, ask);
    }
    return answer;
  }
}
