/** Milliseconds on a clock that nobody sets and that all processes of one machine share. */
export function sharedMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
