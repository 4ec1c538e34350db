/** How the handlers of the empty pipeline put jobs in. */
export type Way = 'singly' | 'bulk';

export interface EmptyOrder {
  readonly orderId: string;
  readonly lines: readonly { readonly goodsId: number; readonly quantity: number }[];
}

/** Removed when done, as our own jobs are: jobs that stay would cost more. */
export const EMPTY_JOB = { removeOnComplete: true, removeOnFail: { age: 604_800, count: 10_000 } };

export const HOLD_MS = 900_000;

export function emptyPrefix(way: Way): string {
  return `{bench-${way}}`;
}
