const HEADER = 4;
const QUERY = 0x03;

/** Where the packet that begins here ends; -1 when it has not come whole yet. */
export function packetEnd(buffer: Buffer, start: number): number {
  if (start + HEADER > buffer.length) return -1;
  const end = start + HEADER + buffer.readUIntLE(start, 3);
  return end <= buffer.length ? end : -1;
}

/** The text of a statement; undefined for what is none, such as the words of a login. */
export function statementIn(packet: Buffer): string | undefined {
  const isFirst = packet[3] === 0;
  if (!isFirst || packet[HEADER] !== QUERY) return undefined;
  return packet.toString('utf8', HEADER + 1);
}

const VERB = /^\(?\s*([a-z]+)/i;
const TABLE = /\b(?:from|into|update|join)\s+`?([a-z][a-z_]*)/gi;

/** What one trip does, in few words: its verbs and tables, without any value. */
export function statementLabel(text: string): string {
  return text
    .replaceAll(/'(?:[^'\\]|\\.|'')*'/g, "''")
    .split(/;\s*\n/)
    .map((one) => {
      const bare = one.trim();
      const verb = (VERB.exec(bare)?.[1] ?? 'other').toUpperCase();
      const tables = new Set([...bare.matchAll(TABLE)].map(([, table = '']) => table));
      return [verb, ...tables].join(' ');
    })
    .join('; ');
}
