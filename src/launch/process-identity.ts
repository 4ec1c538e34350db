import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readText } from './home.ts';

/**
 * Names one life of a process id, so that a number that was given to another process since is not
 * mistaken for the old one. Null: no such process.
 */
export function identityOf(pid: number): string | null {
  if (!isAlive(pid)) return null;
  const stat = readText(`/proc/${pid}/stat`);
  if (stat !== null) return fromProc(stat);
  if (process.platform === 'linux') return null; // it ended between the two looks
  return fromPs(pid);
}

function fromProc(stat: string): string | null {
  // The name in brackets may itself hold blanks and brackets; what follows the last one is regular.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  if (state === 'Z' || state === 'X') return null; // dead, only not yet collected by its parent
  const startedAtTick = fields[19] ?? '';
  const boot = readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return `${boot}/${startedAtTick}`;
}

function fromPs(pid: number): string {
  try {
    const env = { ...process.env, LC_ALL: 'C' };
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      env,
      stdio: 'pipe',
    });
    return String(started).trim();
  } catch {
    return 'unknown'; // no ps here: the number alone has to do
  }
}

function isAlive(pid: number): boolean {
  return answersToSignal(pid);
}

/**
 * Is anybody left of the process group with this number? The dead that nobody has collected do not
 * count: in a container without an init they stay for good.
 */
export function isGroupAlive(pgid: number): boolean {
  if (!answersToSignal(-pgid)) return false;
  if (process.platform !== 'linux') return true;
  return readdirSync('/proc').some((name) => {
    const stat = /^\d+$/.test(name) ? readText(`/proc/${name}/stat`) : null;
    const [state, , group] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
    return Number(group) === pgid && state !== 'Z' && state !== 'X';
  });
}

function answersToSignal(target: number): boolean {
  try {
    return process.kill(target, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // there, but somebody else's
  }
}

/** Ends a whole group at once. Nothing happens when nobody is left of it. */
export function killGroup(pgid: number): void {
  try {
    process.kill(-pgid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
