import {
  constants,
  copyFileSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type Clock, randomName } from '../kernel/index.ts';
import { type Home, readJson, readText } from './home.ts';
import { identityOf } from './process-identity.ts';

export interface Holder {
  readonly pid: number;
  /** When it took the home, as an ISO time. */
  readonly since: string;
}

interface LockFile extends Holder {
  readonly identity: string;
  /** Tells two locks of one process apart. */
  readonly token: string;
}

export type Taken =
  | { readonly taken: true; readonly lock: HomeLock }
  | { readonly taken: false; readonly holder: Holder };

export interface HomeLock {
  /** Is it still ours? False only if another launcher took a stale lock in the same instant. */
  isHeld(): boolean;
  release(): void;
}

const ATTEMPTS = 20;

/** One launcher to a home: two of them would start two servers on the same files. */
export function takeHome(home: Home, clock: Clock, pid = process.pid): Taken {
  const mine: LockFile = {
    pid,
    since: clock.now().toISO() ?? '',
    identity: identityOf(pid) ?? '',
    token: randomName(8),
  };
  const draft = `${home.lock}.${mine.token}`;
  // Written apart and linked into place: nobody can ever read a lock that is half written.
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (linked(draft, home.lock)) return { taken: true, lock: heldLock(home, mine) };
      const text = readText(home.lock);
      if (text === null) continue; // released between the two looks
      const holder = livingHolder(home);
      if (holder) return { taken: false, holder };
      removeStale(home, text, mine.token);
    }
    return { taken: false, holder: { pid: 0, since: 'unknown' } };
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Who runs here now, if anybody does. */
export function livingHolder(home: Home): Holder | null {
  const found = readJson(home.lock) as Partial<LockFile> | null;
  if (typeof found?.pid !== 'number') return null;
  const identity = identityOf(found.pid);
  if (identity === null || identity !== found.identity) return null;
  return { pid: found.pid, since: String(found.since) };
}

function heldLock(home: Home, mine: LockFile): HomeLock {
  const isHeld = () => (readJson(home.lock) as LockFile | null)?.token === mine.token;
  return {
    isHeld,
    release: () => {
      if (isHeld()) rmSync(home.lock, { force: true });
    },
  };
}

/**
 * Moves the dead lock away before deleting it, because another launcher may have replaced it since
 * it was read: what was moved by mistake is put back.
 */
function removeStale(home: Home, judged: string, token: string): void {
  const aside = `${home.lock}.stale-${token}`;
  try {
    renameSync(home.lock, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return; // another was faster
    throw error;
  }
  if (readFileSync(aside, 'utf8') !== judged) linked(aside, home.lock);
  rmSync(aside, { force: true });
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code === undefined || !NO_HARD_LINKS.has(code)) throw error;
  }
  return copied(from, to);
}

/** Some shared folders of virtual machines know no links; there a copy is as near as we get. */
const NO_HARD_LINKS = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

function copied(from: string, to: string): boolean {
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
