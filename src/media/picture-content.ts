import type { PictureType } from './purpose.ts';

/** A picture as its own bytes describe it, or as we have written it. */
export interface Picture {
  readonly type: PictureType;
  readonly width: number;
  readonly height: number;
  /** The same pixels without what was hung on to them: places, names, comments, files behind. */
  readonly bytes: Buffer;
}
