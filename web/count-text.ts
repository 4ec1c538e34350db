const format = new Intl.NumberFormat();

/** A number of things as the reader writes it. Not for ids: those are names made of digits. */
export function countText(count: number): string {
  return format.format(count);
}
