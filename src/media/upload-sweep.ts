import { type Logger, messageOf, pause, type Random, type Service } from '../kernel/index.ts';
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
  const ending = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const nextMs = () => periodMs * (0.75 + random() / 2);
  const run = async (): Promise<void> => {
    while ((await pause(nextMs(), ending.signal)) === 'elapsed') {
      try {
        await sweepUploads(options, ending.signal);
      } catch (error) {
        logger.warn('the uploads that are due could not be read; it tries again', {
          error: messageOf(error),
        });
      }
    }
  };
  return {
    name: 'upload sweep',
    start: async () => {
      running = run();
    },
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}
