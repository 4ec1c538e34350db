import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { assert, randomName } from '../kernel/index.ts';
import type { ObjectHead, Objects, UploadAsk, UploadWay } from './objects.ts';

const KEY = /^(?:incoming|pub)\/[0-9a-f]{32,64}(?:\.[a-z]{3,4})?$/;

/** Pictures in a folder of this machine. */
export class Folder implements Objects {
  readonly provider = 'local';
  readonly bucket = null;
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** To this very server, with the secret where no log keeps it. */
  wayFor({ ticketId, secret, contentType }: UploadAsk): UploadWay {
    return {
      method: 'PUT',
      url: `/v1/uploads/${ticketId}/content`,
      headers: { 'content-type': contentType, 'holdfast-upload-secret': secret },
      fields: {},
    };
  }

  async head(key: string): Promise<ObjectHead | null> {
    const found = await ifThere(stat(this.pathOf(key)));
    return found && { size: found.size, type: null, etag: null };
  }

  async read(key: string, bytesMax: number): Promise<Buffer | null> {
    const found = await this.head(key);
    if (!found || found.size > bytesMax) return null;
    return await ifThere(readFile(this.pathOf(key)));
  }

  /** Written apart and moved into place: nobody reads half a picture. */
  async put(key: string, bytes: Buffer): Promise<void> {
    const path = this.pathOf(key);
    await mkdir(dirname(path), { recursive: true });
    const draft = `${path}.${randomName(6)}.part`;
    try {
      const file = await open(draft, 'wx', 0o644);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    await rm(this.pathOf(key), { force: true });
  }

  publicUrl(key: string): string {
    return `/media/${basename(key)}`;
  }

  private pathOf(key: string): string {
    // Keys are ours; this would be the last to notice if one were not.
    assert(KEY.test(key), 'a key of ours');
    return join(this.folder, key);
  }
}

async function ifThere<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
