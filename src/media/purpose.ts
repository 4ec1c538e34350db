/** What a picture is for, and what may come for it. */
export const PURPOSES = ['goods', 'banner', 'logo'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** Nothing here can carry a script; a vector picture could. */
export const PICTURE_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const;
export type PictureType = (typeof PICTURE_TYPES)[number];

export interface Bounds {
  readonly types: readonly PictureType[];
  readonly bytes: number;
  readonly pixels: number;
  /** What is shown is no wider and no higher than this. */
  readonly edge: number;
}

const MIB = 1024 * 1024;

const BOUNDS: Readonly<Record<Purpose, Bounds>> = {
  goods: { types: PICTURE_TYPES, bytes: 5 * MIB, pixels: 40_000_000, edge: 2048 },
  banner: { types: PICTURE_TYPES, bytes: 5 * MIB, pixels: 40_000_000, edge: 2560 },
  logo: { types: PICTURE_TYPES, bytes: MIB, pixels: 4_000_000, edge: 512 },
};

export const BYTES_MAX = 5 * MIB;

export function boundsOf(purpose: Purpose): Bounds {
  return BOUNDS[purpose];
}

const ENDINGS: Readonly<Record<PictureType, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
};

/** Where a picture is shown: named by its content, so the same picture is kept once. */
export function publishedKey(sha256: string, type: PictureType): string {
  return `pub/${sha256}.${ENDINGS[type]}`;
}

/** Where an upload arrives; nothing is ever shown from here. */
export function incomingKey(ticketId: string): string {
  return `incoming/${ticketId}`;
}

const PUBLISHED = /^[0-9a-f]{64}\.(jpg|png|webp)$/;

/** The type of a picture by its own name; null for every other name. */
export function typeOfName(name: string): PictureType | null {
  const ending = PUBLISHED.exec(name)?.[1];
  return PICTURE_TYPES.find((type) => ENDINGS[type] === ending) ?? null;
}
