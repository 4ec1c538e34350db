import { createLocks } from './create-locks.ts';
import type { HeldLock, Locks, LocksOptions } from './lock.ts';

export interface OpenLock<Name extends string> {
  readonly backend: Name;
  readonly held: HeldLock;
}

/** Several kinds of locks under names of the caller's. */
export interface LockManager<Name extends string> {
  readonly backends: Readonly<Record<Name, Locks>>;
  /** All locks that are held now, whichever backend keeps them. */
  readonly open: readonly OpenLock<Name>[];
  /** Closes all of them; gives back what is held. */
  close(): Promise<void>;
}

export function createLockManager<Name extends string>(
  options: Readonly<Record<Name, LocksOptions>>,
): LockManager<Name> {
  const made: [Name, Locks][] = [];
  const close = async () => {
    await Promise.all(made.map(([, locks]) => locks.close()));
  };
  try {
    for (const name of Object.keys(options) as Name[]) {
      made.push([name, createLocks(options[name])]);
    }
  } catch (error) {
    void close(); // never rejects: nothing has been asked of them yet
    throw error;
  }
  return {
    backends: Object.fromEntries(made) as Record<Name, Locks>,
    get open() {
      return made.flatMap(([backend, locks]) => locks.open.map((held) => ({ backend, held })));
    },
    close,
  };
}
