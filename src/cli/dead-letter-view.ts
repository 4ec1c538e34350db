import { isoOf } from '../kernel/index.ts';
import type { DeadLetterRow } from '../saga/index.ts';

/** A dead letter as others see it: its payload as it came, its times as ISO. */
export interface DeadLetterView extends Omit<DeadLetterRow, 'payload'> {
  readonly payload: unknown;
}

export function letterView(row: DeadLetterRow): DeadLetterView {
  return {
    ...row,
    payload: JSON.parse(row.payload) as unknown,
    firstAt: isoOf(row.firstAt),
    lastAt: isoOf(row.lastAt),
    replayedAt: row.replayedAt === null ? null : isoOf(row.replayedAt),
  };
}
