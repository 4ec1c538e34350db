/** What is kept of an answer; a null value says that there is none. */
export interface Entry {
  readonly value: unknown;
  /** When it was loaded, in milliseconds since 1970. */
  readonly atMs: number;
  /** How long it is fresh. */
  readonly lifeMs: number;
}

/** One kind of answers, and how long each may be kept. */
export interface CacheKind {
  readonly name: string;
  /** Raised when the shape of the values changes: what an older program kept is not read. */
  readonly format: number;
  readonly lifeMs: number;
  /** After its life, so long it is still answered while somebody loads it anew. */
  readonly staleMs: number;
  /** How long it is remembered that there is nothing. */
  readonly absentMs: number;
  /** How long this process believes what it has seen without asking again. */
  readonly nearMs: number;
}

export function textOf({ value, atMs, lifeMs }: Entry): string {
  return JSON.stringify([atMs, lifeMs, value]);
}

/** Null for what another program has put there. */
export function entryOf(text: string): Entry | null {
  try {
    const parsed: unknown = JSON.parse(text);
    if (!Array.isArray(parsed) || parsed.length !== 3) return null;
    const [atMs, lifeMs, value] = parsed as [unknown, unknown, unknown];
    const isEntry = typeof atMs === 'number' && typeof lifeMs === 'number';
    return isEntry ? { value, atMs, lifeMs } : null;
  } catch {
    return null; // not ours: it is loaded anew, and written over
  }
}
