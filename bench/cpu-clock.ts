import { existsSync, readFileSync } from 'node:fs';

/** Seconds of processor time, by who used them. */
export interface CpuSeconds {
  readonly worker: number;
  readonly driver: number;
  readonly database: number;
  readonly queueRedis: number;
  readonly lockNodes: number;
}

export type Pids = Readonly<Record<keyof CpuSeconds, readonly number[]>>;

/** The kernel counts in ticks of 10 ms wherever Node runs on Linux. */
const TICKS_PER_SECOND = 100;

/** Answers null where there is no /proc: then nobody is told a made-up number. */
export function readCpu(pids: Pids): CpuSeconds | null {
  if (!existsSync('/proc/self/stat')) return null;
  const sum = (list: readonly number[]) => list.reduce((total, pid) => total + secondsOf(pid), 0);
  return {
    worker: sum(pids.worker),
    driver: sum(pids.driver),
    database: sum(pids.database),
    queueRedis: sum(pids.queueRedis),
    lockNodes: sum(pids.lockNodes),
  };
}

function secondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is a program's name in brackets and may hold spaces and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

export function cpuBetween(before: CpuSeconds | null, after: CpuSeconds | null): CpuSeconds | null {
  if (before === null || after === null) return null;
  return {
    worker: after.worker - before.worker,
    driver: after.driver - before.driver,
    database: after.database - before.database,
    queueRedis: after.queueRedis - before.queueRedis,
    lockNodes: after.lockNodes - before.lockNodes,
  };
}

export function allOf(cpu: CpuSeconds): number {
  return cpu.worker + cpu.driver + cpu.database + cpu.queueRedis + cpu.lockNodes;
}
