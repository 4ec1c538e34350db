/**
 * Loaded before a process of Holdfast (`--import=.../skewed-clock.js?ms=60000`): its clock on the
 * wall is wrong by so much. Timers and the monotonic clock stay as they are, as on a real machine.
 */
const RightDate = globalThis.Date;
const skewMs = Number(new URL(import.meta.url).searchParams.get('ms') ?? 0);
const rightNow = RightDate['now'].bind(RightDate);

class SkewedDate extends RightDate {
  constructor(...given: readonly unknown[]) {
    super(...((given.length === 0 ? [rightNow() + skewMs] : given) as [number]));
  }

  static override now(): number {
    return rightNow() + skewMs;
  }
}

globalThis.Date = SkewedDate as DateConstructor;
