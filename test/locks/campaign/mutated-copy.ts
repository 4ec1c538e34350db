import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './lock-mutants.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const NEEDED = ['dist/src', 'dist/test/support', 'dist/test/locks', 'package.json'];

export interface MutatedCopy {
  /** The program of the contenders, as it imports the spoilt locks. */
  readonly contender: string;
  remove(): Promise<void>;
}

/** The text once spoilt. A mutant that no longer fits the code must not pass for one that lived. */
export function spoilt(code: string, { name, file, text, becomes }: Mutant): string {
  const parts = code.split(text);
  if (parts.length !== 2) {
    throw new Error(`mutant ${name} fits ${parts.length - 1} places of ${file}, not one`);
  }
  return parts.join(becomes);
}

export function compiledLocks(file: string, root = ROOT): string {
  return join(root, 'dist/src/locks', file);
}

/** What is compiled, copied to a place of its own and spoilt there. */
export async function mutatedCopy(mutant: Mutant): Promise<MutatedCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-mutant-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    for (const path of NEEDED) {
      const filter = (from: string) => !/\.(?:map|d\.ts)$/.test(from);
      await cp(join(ROOT, path), join(folder, path), { recursive: true, filter });
    }
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const file = compiledLocks(mutant.file, folder + sep);
    await writeFile(file, spoilt(await readFile(file, 'utf8'), mutant));
  } catch (error) {
    await remove();
    throw error;
  }
  return { contender: join(folder, 'dist/test/locks/stand-ins/contender.js'), remove };
}
