/** What a cache has done since it was opened; each only grows. */
export interface CacheStats {
  /** Answered from this process. */
  nearHits: number;
  /** Answered from the shared cache, fresh. */
  hits: number;
  /** Answered from the shared cache after their life, while they were loaded anew. */
  staleHits: number;
  /** Found nowhere. */
  misses: number;
  /** Times the source was asked, however many keys at once. */
  loads: number;
  /** Keys that waited for somebody else's load instead of starting their own. */
  coalesced: number;
  /** Keys that the filter has said are certainly not there. */
  filtered: number;
  /** Times the shared cache did not answer. */
  failures: number;
}

export function noStats(): CacheStats {
  return {
    nearHits: 0,
    hits: 0,
    staleHits: 0,
    misses: 0,
    loads: 0,
    coalesced: 0,
    filtered: 0,
    failures: 0,
  };
}
