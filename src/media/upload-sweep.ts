import {
  createPeriodicService,
  type Logger,
  messageOf,
  type Random,
  type Service,
} from '../kernel/index.ts';
import type { Uploads } from './uploads.ts';

const PAGE = 20;

export interface UploadSweepOptions {
  readonly uploads: Uploads;
  readonly periodMs: number;
  readonly logger: Logger;
  readonly random: Random;
}

/** One page of what is due. One that cannot be looked at now is somebody's again in a minute. */
export async function sweepUploads(
  { uploads, logger }: Pick<UploadSweepOptions, 'uploads' | 'logger'>,
  signal?: AbortSignal,
): Promise<number> {
  const due = await uploads.claimDue(PAGE);
  for (const ticketId of due) {
    if (signal?.aborted) break;
    try {
      const state = await uploads.lookAfter(ticketId);
      if (state !== 'waiting') logger.debug('upload swept', { ticketId, state });
    } catch (error) {
      logger.warn('an upload could not be looked after; it is tried again', {
        ticketId,
        error: messageOf(error),
      });
    }
  }
  return due.length;
}

/** Finds uploads that nobody told of, in every worker process, for as long as it runs. */
export function createUploadSweep(options: UploadSweepOptions): Service {
  const { periodMs, logger, random } = options;
  return createPeriodicService({
    name: 'upload sweep',
    periodMs,
    trouble: 'the uploads that are due could not be read; it tries again',
    work: async (ending) => void (await sweepUploads(options, ending)),
    logger,
    random,
  });
}
