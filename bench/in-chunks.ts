/** Lists of at most this length, in order. */
export function inChunks<T>(items: readonly T[], length: number): T[][] {
  const chunks: T[][] = [];
  for (let from = 0; from < items.length; from += length) {
    chunks.push(items.slice(from, from + length));
  }
  return chunks;
}
