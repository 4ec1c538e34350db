import type { ChaosSite } from '../chaos/chaos-site.ts';

/** Something that was measured, and what it must be; without a bound it is only told. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface Place {
  readonly site: ChaosSite;
  /** The folder with `dist`. */
  readonly root: string;
}

export interface Measurement {
  /** As in docs/explanation/guarantees.md. */
  readonly id: string;
  readonly promise: string;
  measure(place: Place): Promise<readonly Figure[]>;
}

/** A figure that is not a number was not measured, and so does not hold. */
export function holds({ value, atMost, atLeast }: Figure): boolean {
  if (Number.isNaN(value)) return false;
  return value <= (atMost ?? value) && value >= (atLeast ?? value);
}

export function boundOf({ atMost, atLeast, unit }: Figure): string {
  const parts = [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
  ];
  return parts.length === 0 ? '' : `${parts.join(', ')} ${unit}`.trim();
}

export function valueOf({ value, unit }: Figure): string {
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${unit}`.trim();
}
