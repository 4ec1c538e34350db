import type { EtcdEndpoint } from './etcd-endpoint.ts';
import { answerIn } from './etcd-words.ts';

/**
 * Ends when the key is taken away at this revision or later, or the signal aborts. A watch that
 * breaks is not begun again: whoever waits looks again soon by itself.
 */
export function watchKey(
  endpoint: EtcdEndpoint,
  key: string,
  since: string,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const question = { create_request: { key, start_revision: since, filters: ['NOPUT'] } };
    const close = endpoint.stream('/v3/watch', JSON.stringify(question), (line) => {
      const answer = answerIn(200, line);
      const result = answer?.kind === 'ok' ? answer.reply.result : undefined;
      if (result?.canceled || result?.events?.some(({ type }) => type === 'DELETE')) done();
    });
    const done = () => {
      signal.removeEventListener('abort', done);
      close();
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
  });
}
