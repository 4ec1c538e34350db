/** A cell: between quotes, where a quote is written twice, or as it stands up to the next comma. */
const CELL = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;

/** Null when the text is not CSV, such as with something after a closing quote. */
export function csvCells(text: string): string[] | null {
  const cells: string[] = [];
  CELL.lastIndex = 0;
  for (;;) {
    const found = CELL.exec(text);
    if (!found) return null;
    const [, quoted, plain = '', end] = found;
    cells.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    if (end === '') return cells;
  }
}

/** Does a quoted cell go on in the next line? */
export function isOpen(text: string): boolean {
  return text.split('"').length % 2 === 0;
}

export function csvLine(cells: readonly (string | number | null)[]): string {
  return cells.map((cell) => (cell === null ? '' : quotedCell(String(cell)))).join(',');
}

/** Blanks at the ends are kept by quotes alone. */
function quotedCell(text: string): string {
  const isPlain = !/[",\n\r]|^\s|\s$/.test(text);
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}
