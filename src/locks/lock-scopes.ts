import { AsyncLocalStorage } from 'node:async_hooks';
import type { HeldLock, LockOptions } from './lock.ts';
import { lockLost, lockNotReentrant } from './lock-errors.ts';
import { LockScope } from './lock-scope.ts';

type Routine<T> = (held: HeldLock) => Promise<T>;

/**
 * Knows under which locks the code that asks is running. A promise that was left behind by a
 * `withLock` that is over finds no open scope, and asks the servers as anybody does.
 */
export class LockScopes {
  readonly #current = new AsyncLocalStorage<LockScope>();

  /** Runs the routine where its own calls are known for what they are. */
  async within<T>(held: HeldLock, routine: Routine<T>): Promise<T> {
    const outer = this.#current.getStore();
    const scope = new LockScope(held, outer);
    try {
      return await this.#current.run(scope, () => routine(held));
    } finally {
      await scope.close();
    }
  }

  /** Undefined when no lock around the caller has any of these names. */
  async join<T>(
    names: readonly string[],
    options: LockOptions,
    routine: Routine<T>,
  ): Promise<{ readonly value: T } | undefined> {
    const current = this.#current.getStore();
    let scope = current?.isOpen === false ? current.around : current;
    for (; scope; scope = scope.around) {
      const { held } = scope;
      const has = names.filter((name) => held.names.includes(name));
      if (has.length === 0) continue;
      const { fenceAbove } = options;
      const isTooLow = fenceAbove !== undefined && held.fence <= fenceAbove;
      if (has.length < names.length || isTooLow) throw lockNotReentrant(names, held.names);
      if (await scope.enter(names, options)) return { value: await this.#inside(scope, routine) };
    }
    return undefined;
  }

  async #inside<T>(scope: LockScope, routine: Routine<T>): Promise<T> {
    const { held } = scope;
    // Not in the caller's scope: it may stand in another one, further in.
    const inner = new LockScope(held, scope);
    let result: T;
    try {
      held.assertHeld();
      result = await this.#current.run(inner, () => routine(held));
    } finally {
      await inner.close();
      scope.leave();
    }
    const { loss } = held;
    if (loss && loss !== 'released') throw lockLost(held.names, held.fence, loss, { result });
    return result;
  }
}
