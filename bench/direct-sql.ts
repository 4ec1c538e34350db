/** What the driver asks of the child that writes the rows of the saga straight away. */
export interface DirectRun {
  readonly type: 'run';
  readonly run: string;
  readonly goodsId: number;
  readonly firstSeq: number;
  readonly orders: number;
}

/** A day, so that no hold ends and no alarm rings during a long run. */
export const HOLD_SECONDS = 86_400;
