export interface Slope {
  /** By how much y rises for each unit of x. */
  readonly perUnit: number;
  /** The standard error of that. */
  readonly error: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The straight line with the least squares. Fewer than three points have no error. */
export function slopeOf(points: readonly Point[]): Slope {
  const mean = (pick: (point: Point) => number) =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const x0 = mean(({ x }) => x);
  const y0 = mean(({ y }) => y);
  const sxx = points.reduce((sum, { x }) => sum + (x - x0) ** 2, 0);
  const perUnit = points.reduce((sum, { x, y }) => sum + (x - x0) * (y - y0), 0) / sxx;
  const rest = points.reduce((sum, { x, y }) => sum + (y - y0 - perUnit * (x - x0)) ** 2, 0);
  const error = points.length < 3 ? Number.NaN : Math.sqrt(rest / (points.length - 2) / sxx);
  return { perUnit, error };
}
