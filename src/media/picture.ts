import { readJpeg } from './jpeg.ts';
import { readPng } from './png.ts';
import type { Picture } from './picture-content.ts';
import type { Bounds } from './purpose.ts';
import { readWebp } from './webp.ts';

/** Why an upload is not shown. Expected, so a value. */
export interface Refusal {
  readonly code: string;
  readonly why: string;
}

export type Judged = { readonly picture: Picture } | { readonly refusal: Refusal };

/**
 * Looks at the bytes alone, never at a name or at what a caller says. Sizes are read from the
 * headers: nothing is ever decoded here, so a bomb has nothing to go off in.
 */
export function judgePicture(bytes: Buffer, saidType: string | null, bounds: Bounds): Judged {
  const picture = readPicture(bytes);
  if (picture === null) {
    return refused('upload-not-a-picture', 'the bytes are no whole JPEG, PNG or WebP picture');
  }
  const { type, width, height } = picture;
  if (saidType !== null && saidType !== type) {
    return refused('upload-type-differs', `the bytes are ${type}, the ticket is for ${saidType}`);
  }
  if (!bounds.types.includes(type)) {
    return refused('upload-type-differs', `${type} is not taken for this purpose`);
  }
  if (width * height > bounds.pixels) {
    const size = `${width} x ${height}`;
    return refused('upload-too-many-pixels', `it has ${size} pixels, allowed are ${bounds.pixels}`);
  }
  return { picture };
}

/** The size and the type are those that the object store tells, not those of a caller. */
export function judgeHead(
  head: { readonly size: number; readonly type: string | null },
  ticket: { readonly size: number; readonly type: string },
): Refusal | null {
  if (head.size !== ticket.size) {
    const why = `${head.size} bytes came, the ticket is for ${ticket.size}`;
    return refused('upload-size-differs', why).refusal;
  }
  if (head.type !== null && head.type !== ticket.type) {
    const why = 'it was kept under another content type than that of the ticket';
    return refused('upload-type-differs', why).refusal;
  }
  return null;
}

export function refused(code: string, why: string): { readonly refusal: Refusal } {
  return { refusal: { code, why } };
}

function readPicture(bytes: Buffer): Picture | null {
  const read = [readJpeg, readPng, readWebp];
  for (const one of read) {
    const picture = one(bytes);
    if (picture && picture.width > 0 && picture.height > 0) return picture;
  }
  return null;
}
