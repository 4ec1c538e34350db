import type { GoodsLocks } from '../../src/saga/index.ts';
import { AppError, pause } from '../../src/kernel/index.ts';

type LockAnswer = Awaited<ReturnType<GoodsLocks['tryLock']>>;

interface Ask {
  readonly how: 'try' | 'wait';
  readonly names: readonly string[];
  readonly fenceAbove: bigint | undefined;
}

/** Locks whose every answer a test decides. */
export class FakeLocks implements GoodsLocks {
  readonly asks: Ask[] = [];
  /** Names that a foreigner holds. */
  readonly busy = new Set<string>();
  /** The number of the next holder. */
  fence = 1n;
  /** Does a number rise when somebody asks for a higher one? */
  obeys = true;
  /** How many of the next holders lose their lock while they work. */
  losses = 0;
  held = 0;

  async tryLock(
    names: readonly string[],
    { fenceAbove }: { readonly fenceAbove?: bigint },
  ): Promise<LockAnswer> {
    this.asks.push({ how: 'try', names, fenceAbove });
    return this.answer(names, fenceAbove);
  }

  async lock(
    names: readonly string[],
    { fenceAbove, timeoutMs }: { readonly fenceAbove?: bigint; readonly timeoutMs: number },
  ): Promise<LockAnswer> {
    this.asks.push({ how: 'wait', names, fenceAbove });
    for (let waited = 0; waited < timeoutMs && this.busyOf(names).length > 0; waited += 5) {
      await pause(5);
    }
    return this.answer(names, fenceAbove);
  }

  private busyOf(names: readonly string[]): string[] {
    return names.filter((name) => this.busy.has(name));
  }

  private answer(names: readonly string[], fenceAbove: bigint | undefined): LockAnswer {
    const busy = this.busyOf(names);
    if (busy.length > 0) return { kind: 'busy', names: busy, retryAfterMs: 5 };
    if (this.obeys && fenceAbove !== undefined && this.fence <= fenceAbove) {
      this.fence = fenceAbove + 1n;
    }
    const { fence } = this;
    this.fence += 1n;
    this.held += 1;
    const isLost = this.losses > 0;
    if (isLost) this.losses -= 1;
    return {
      kind: 'held',
      held: {
        fence,
        assertHeld: () => {
          if (isLost) throw new AppError('lock-lost', 'its time ran out', { retryable: true });
        },
        release: async () => {
          this.held -= 1;
        },
      },
    };
  }
}
