import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { randomName } from '../kernel/index.ts';

/** Where everything of one system lies. Two homes are two systems that do not know each other. */
export interface Home {
  readonly folder: string;
  /** Who runs here. */
  readonly lock: string;
  /** Process groups that the running launcher has started, one to a line. */
  readonly processes: string;
  /** Where the running system can be reached. */
  readonly runFile: string;
  readonly secrets: string;
  /** Ports of last time. */
  readonly state: string;
  readonly logs: string;
  readonly database: string;
  readonly redis: string;
}

export function homeAt(folder: string): Home {
  const inside = (name: string) => path.join(folder, name);
  return {
    folder,
    lock: inside('lock'),
    processes: inside('processes'),
    runFile: inside('run.json'),
    secrets: inside('secrets.json'),
    state: inside('state.json'),
    logs: inside('logs'),
    database: inside('database'),
    redis: inside('redis'),
  };
}

/** Passwords and tokens lie here: nobody but the owner may look in. */
export function openHome(home: Home): void {
  for (const folder of [home.folder, home.logs, home.database, home.redis]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
}

/** Readers see the old file or the new one, never half of either, and only the owner sees any. */
export function writePrivate(file: string, text: string): void {
  const fresh = `${file}.${randomName(4)}.new`;
  writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
  renameSync(fresh, file);
}

export function writeJson(file: string, value: unknown): void {
  writePrivate(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** What the file holds, or null when there is no such file or no JSON in it. */
export function readJson(file: string): unknown {
  const text = readText(file);
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null; // cut short by a full disk or edited by hand: the caller makes it afresh
  }
}

export function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return null; // ESRCH: a process that just ended
    throw error;
  }
}

/** A field of something read from outside, if that is a text. */
export function textField(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const field = (value as Record<string, unknown>)[name];
  return typeof field === 'string' ? field : null;
}
