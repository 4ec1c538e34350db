const CRLF = '\r\n';
const LINE_ONLY = '+-:,_#(';
const WITH_LENGTH = '$=!';
const SINGLE = '*~>|';

/** Where the value that begins here ends; -1 when it has not come whole yet. */
export function valueEnd(buffer: Buffer, start: number): number {
  const end = buffer.indexOf(CRLF, start);
  if (end < 0) return -1;
  const kind = String.fromCharCode(buffer[start] ?? 0);
  const after = end + CRLF.length;
  if (LINE_ONLY.includes(kind)) return after;
  const size = Number(buffer.toString('latin1', start + 1, end));
  if (WITH_LENGTH.includes(kind)) {
    if (size < 0) return after;
    const whole = after + size + CRLF.length;
    return whole <= buffer.length ? whole : -1;
  }
  if (!SINGLE.includes(kind) && kind !== '%') throw new Error(`Redis does not say ${kind}`);
  // What comes with attributes is one value more than they are.
  const values = kind === '%' || kind === '|' ? size * 2 + (kind === '|' ? 1 : 0) : size;
  let at = after;
  for (let index = 0; index < values && at >= 0; index += 1) at = valueEnd(buffer, at);
  return at;
}

/** An announcement, as of a channel: it answers nothing. */
export function isPush(value: Buffer): boolean {
  return value[0] === '>'.charCodeAt(0);
}

/** The words of one command as a client sends it. */
export function commandWords(request: Buffer): string[] {
  const words: string[] = [];
  let at = request.indexOf(CRLF) + CRLF.length;
  while (at < request.length) {
    const end = request.indexOf(CRLF, at);
    const size = Number(request.toString('latin1', at + 1, end));
    const from = end + CRLF.length;
    words.push(request.toString('utf8', from, from + size));
    at = from + size + CRLF.length;
  }
  return words;
}
