import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Rig } from './rig.ts';

export const PROJECT_FOLDER = fileURLToPath(new URL('../../', import.meta.url));

export interface Machine {
  readonly cpus: number;
  readonly cpuModel: string;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly database: string;
  readonly redis: string;
  readonly lockNodes: number;
  readonly commit: string;
  /** Runnable processes over the last minute before the run: others on the machine. */
  readonly loadBefore: number;
}

export function describeMachine({ versions, config }: Rig): Machine {
  const cpus = os.cpus();
  return {
    cpus: cpus.length,
    cpuModel: cpus[0]?.model ?? 'unknown',
    memoryGiB: Math.round((os.totalmem() / 2 ** 30) * 10) / 10,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    database: versions.database,
    redis: versions.redis,
    lockNodes: config.lockUrls.length,
    commit: commit(),
    loadBefore: os.loadavg()[0] ?? 0,
  };
}

function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: PROJECT_FOLDER, encoding: 'utf8', stdio: 'pipe' }).trim();
    return git('rev-parse', 'HEAD') + (git('status', '--porcelain') === '' ? '' : ' and changes');
  } catch {
    // A copy without git history can be measured as well; it just has no name.
    return 'unknown';
  }
}

export function machineLines(machine: Machine): string {
  const { cpus, cpuModel, memoryGiB, node, database, redis, lockNodes, loadBefore } = machine;
  return [
    `${cpus} cpus (${cpuModel}), ${memoryGiB} GiB, load before ${loadBefore.toFixed(2)}`,
    `Node ${node}, database ${database}, Redis ${redis}, ${lockNodes} lock nodes`,
  ].join('\n');
}
