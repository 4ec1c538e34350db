import type { PictureType } from './purpose.ts';

/** What one picture may cost. */
export interface EncodeLimits {
  /** Of a processor: the same on a busy machine. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
  /** On the clock. What takes longer found no processor, and may be asked about again. */
  readonly wallMs: number;
}

/** What the process that decodes is told: nothing but the picture and its bounds. */
export interface EncodeAsk {
  readonly type: PictureType;
  readonly bytes: Uint8Array;
  readonly edge: number;
  readonly pixels: number;
  readonly limits: EncodeLimits;
}

export type EncodeAnswer =
  | { readonly bytes: Uint8Array; readonly width: number; readonly height: number }
  | { readonly why: string };
