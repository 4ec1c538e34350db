import type { PictureType } from './purpose.ts';

/** A picture as its own bytes describe it. */
export interface Picture {
  readonly type: PictureType;
  readonly width: number;
  readonly height: number;
  /** The same pixels without what was hung on to them: places, names, comments, files behind. */
  readonly bytes: Buffer;
}
