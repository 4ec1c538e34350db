/** What every check begins with; docs/reference/health.md shows them whole. */
export interface Check {
  readonly ok: boolean;
  readonly ms: number;
  readonly error?: string;
}
