/** A value as a table shows it; null and undefined as a dash. */
export type Cell = string | number | boolean | null | undefined;

/** Columns under their names; numbers to the right, so that they can be compared. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = [header, ...rows.map((row) => row.map(cellText))];
  const widths = header.map((_, column) =>
    Math.max(...texts.map((row) => row[column]?.length ?? 0)),
  );
  const isNumber = header.map((_, column) =>
    rows.every((row) => typeof row[column] === 'number' || row[column] === null),
  );
  return texts
    .map((row) =>
      row
        .map((text, column) => {
          const width = widths[column] ?? 0;
          return isNumber[column] && rows.length > 0 ? text.padStart(width) : text.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cellText(cell: Cell): string {
  return cell === null || cell === undefined ? '-' : String(cell);
}

/** Names and values, one to a line, aligned; what has no value is left out. */
export function facts(pairs: readonly (readonly [name: string, value: Cell])[]): string {
  const known = pairs.filter(([, value]) => value !== null && value !== undefined);
  const width = Math.max(0, ...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)}  ${String(value)}`).join('\n');
}

/** To the second, which is enough for people: `2026-11-20 12:00:00`. */
export function timeText(iso: string | null | undefined): string | null {
  return iso ? iso.slice(0, 19).replace('T', ' ') : null;
}

export function linesText(
  lines: readonly { readonly goodsId: number; readonly quantity: number }[],
): string {
  const shown = lines.slice(0, 4).map(({ goodsId, quantity }) => `${goodsId}:${quantity}`);
  return lines.length > 4 ? `${shown.join(' ')} and ${lines.length - 4} more` : shown.join(' ');
}

export function shortText(
  short: readonly {
    readonly goodsId: number;
    readonly requested: number;
    readonly available: number;
  }[],
): string {
  return short
    .map((line) => `goods ${line.goodsId}: asked for ${line.requested}, ${line.available} there`)
    .join('\n');
}

/** A list and where it goes on. */
export function pageText(text: string, next: number | null): string {
  return next === null ? text : `${text}\nmore: --before ${next}`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
