/** One thing that was looked at. */
export interface Check {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do about it. */
  readonly next?: string;
}

export function check(what: string, ok: boolean, found: string, next: string): Check {
  return { what, ok, found, ...(ok ? {} : { next }) };
}
