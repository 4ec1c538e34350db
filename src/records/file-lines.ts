import { createReadStream } from 'node:fs';
import { AppError, messageOf } from '../kernel/index.ts';

/** What a line may have at most: a file without line ends must not be read into memory whole. */
const LINE_MAX = 1024 * 1024;

export interface FileLine {
  readonly number: number;
  readonly text: string;
  /** Bytes of the file that were read by now: how far it has come. */
  readonly bytes: number;
}

/**
 * The lines of a file as they stand, read only as fast as they are taken. Never a guess at what
 * the bytes mean: what is not UTF-8 is refused.
 */
export async function* rawLines(path: string): AsyncGenerator<FileLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  let rest = '';
  let number = 0;
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path)) {
      bytes += (chunk as Buffer).length;
      const parts = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        number += 1;
        yield { number, text: part.endsWith('\r') ? part.slice(0, -1) : part, bytes };
      }
      if (rest.length > LINE_MAX) throw new Error(`line ${number + 1} is longer than 1 MiB`);
    }
    rest += decoder.decode();
  } catch (error) {
    if (error instanceof AppError) throw error;
    const isText = (error as { code?: string }).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA';
    const why = isText ? messageOf(error) : `line ${number + 1} or one after it is not UTF-8`;
    throw new AppError('invalid-file', `${path} cannot be read: ${why}`, { cause: error });
  }
  if (rest !== '') yield { number: number + 1, text: rest, bytes };
}

/** The lines that say something, without the blanks around them. */
export async function* fileLines(path: string): AsyncGenerator<FileLine> {
  for await (const line of rawLines(path)) {
    const text = line.text.trim();
    if (text !== '') yield { ...line, text };
  }
}
