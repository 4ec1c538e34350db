import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AppError, messageOf } from '../kernel/index.ts';
import type { ArchiveRecord } from './archive-report.ts';

/**
 * One JSON object to a line. What `keep` was given is on the disk when it resolves, name and all,
 * so that rows which are deleted after it are never lost.
 */
export class ArchiveFile {
  readonly path: string;
  private readonly file: FileHandle;
  private lines = 0;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.file = file;
  }

  /** Only a new file, readable by its owner alone: it holds what buyers have bought. */
  static async create(path: string): Promise<ArchiveFile> {
    try {
      const file = await open(path, 'wx', 0o600);
      await syncFolder(path);
      return new ArchiveFile(path, file);
    } catch (error) {
      const isThere = (error as { code?: unknown }).code === 'EEXIST';
      const why = isThere ? 'is there already; name a new file' : `: ${messageOf(error)}`;
      throw new AppError(
        'invalid-file',
        `${path} cannot be written to${isThere ? ': it ' : ''}${why}`,
        {
          cause: error,
        },
      );
    }
  }

  async keep(records: readonly ArchiveRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.file.appendFile(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    await this.file.sync();
    this.lines += records.length;
  }

  /** A file that nothing was written to goes again. */
  async close(): Promise<void> {
    await this.file.close();
    if (this.lines === 0) await rm(this.path);
  }
}

/** A new name is in its folder's own data, which is written apart from the file's. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(resolve(path)), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
