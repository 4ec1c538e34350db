import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, pause, randomName, systemClock } from '../src/kernel/index.ts';
import type { Database } from '../src/mysql/index.ts';
import { writeGoods } from './catalogue-shop.ts';
import { PROJECT_FOLDER } from './machine.ts';

const LOOK_MS = 50;
const COMMAND = join(PROJECT_FOLDER, 'dist/src/cli/main.js');

export interface Import {
  readonly seconds: number;
  /** Null where nobody tells how much memory a process has had. */
  readonly peakMb: number | null;
}

/** The command itself, twice: the goods are new, and the same once more. */
export async function importTwice(
  database: Database,
  goods: number,
): Promise<{ readonly first: Import; readonly again: Import }> {
  const file = join(tmpdir(), `holdfast-goods-${randomName(6)}.csv`);
  try {
    await writeGoods(database, file, goods);
    return { first: await imported(file), again: await imported(file) };
  } finally {
    rmSync(file, { force: true });
  }
}

async function imported(file: string): Promise<Import> {
  const start = systemClock.monotonicMs();
  const child = spawn(process.execPath, [COMMAND, 'goods', 'import', file, '--json'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  let peakMb: number | null = null;
  while (child.exitCode === null && child.signalCode === null) {
    peakMb = peakOf(child.pid ?? 0) ?? peakMb;
    await pause(LOOK_MS);
  }
  const [code] = await ended;
  if (code !== 0) throw new AppError('import-failed', `goods import ended with ${code}`);
  return { seconds: (systemClock.monotonicMs() - start) / 1000, peakMb };
}

function peakOf(pid: number): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(status) ?? [];
    return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1024);
  } catch {
    return null; // it has just ended, or this is no Linux
  }
}
