import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChaosMutant, Spoil } from './chaos-mutants.ts';

const NEEDED = ['dist', 'proto', 'package.json'];

export interface ChaosMutantCopy {
  /** With `dist`, as the processes of a seed take it. */
  readonly root: string;
  remove(): Promise<void>;
}

/** The text once spoilt. A mutant that no longer fits the code must not pass for one that lived. */
export function spoiltBy(code: string, name: string, { file, text, becomes }: Spoil): string {
  const parts = code.split(text);
  if (parts.length !== 2) {
    throw new Error(`mutant ${name} fits ${parts.length - 1} places of ${file}, not one`);
  }
  return parts.join(becomes);
}

/** What is compiled, copied to a place of its own and spoilt there. */
export async function chaosMutantCopy(mutant: ChaosMutant, from: string): Promise<ChaosMutantCopy> {
  const root = await mkdtemp(join(tmpdir(), 'holdfast-chaos-mutant-'));
  const remove = () => rm(root, { recursive: true, force: true });
  try {
    for (const path of NEEDED) {
      const filter = (file: string) => !/\.(?:map|d\.ts)$/.test(file);
      await cp(join(from, path), join(root, path), { recursive: true, filter });
    }
    await symlink(join(from, 'node_modules'), join(root, 'node_modules'));
    for (const spoil of mutant.spoils) {
      const file = join(root, 'dist/src', spoil.file);
      await writeFile(file, spoiltBy(await readFile(file, 'utf8'), mutant.name, spoil));
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { root, remove };
}
