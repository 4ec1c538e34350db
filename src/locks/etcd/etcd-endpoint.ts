import { type Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { Agent as ProtectedAgent, request as protectedRequest } from 'node:https';
import { type Clock, type Logger, messageOf, pause } from '../../kernel/index.ts';
import type { ServerAddress } from '../server-list.ts';
import { type EtcdPass, isSignedOut } from './etcd-pass.ts';
import type { Spoken } from './etcd-words.ts';

const PROBE_PAUSE_MS = 100;
/** Who asks without a token, or for a key that is not his, is refused by a member that lives. */
const ALIVE: ReadonlySet<number> = new Set([200, 400, 401, 403]);
/** A question that only a member in touch with the majority answers. */
const PROBE = { path: '/v3/kv/range', text: '{"key":"AA==","count_only":true}' };

export interface EtcdEndpointOptions {
  readonly address: ServerAddress;
  /** That of `node:https` for a protected line. */
  readonly agent: Agent;
  readonly pass: EtcdPass | undefined;
  readonly clock: Clock;
  readonly probeTimeoutMs: number;
  readonly logger: Logger;
}

/** One member of the cluster: speaks to it, and remembers whether it answers. */
export class EtcdEndpoint {
  readonly label: string;
  readonly #options: EtcdEndpointOptions;
  readonly #logger: Logger;
  #state: 'up' | 'silent' | 'closed' = 'up';
  #complaint = '';
  #answers = 0;

  constructor(options: EtcdEndpointOptions) {
    this.#options = options;
    this.label = options.address.label;
    this.#logger = options.logger.with({ lockNode: this.label });
  }

  /** It did not answer in time, and so is not waited for until it does. */
  get isSilent(): boolean {
    return this.#state !== 'up';
  }

  /** Sends one question. Whatever is sent here must bear to be sent twice. */
  async ask(path: string, text: string, timeoutMs: number): Promise<Spoken> {
    const { pass, clock } = this.#options;
    if (!pass) return this.#say(path, text, timeoutMs);
    const until = clock.monotonicMs() + timeoutMs;
    const say = (where: string, words: string) =>
      this.#say(where, words, Math.max(1, until - clock.monotonicMs()));
    for (let isFirst = true; ; isFirst = false) {
      const refusal = await pass.enter(say);
      if (refusal) return refusal;
      const { headers } = pass;
      const spoken = await say(path, text);
      if (!isFirst || !isSignedOut(spoken)) return spoken;
      pass.refused(headers);
    }
  }

  async #say(path: string, text: string, timeoutMs: number): Promise<Spoken> {
    const answers = this.#answers;
    const first = await this.#post(path, text, timeoutMs);
    // The server may close a kept connection at the moment when we use it again.
    const spoken =
      first.kind === 'cut' && first.isStale ? await this.#post(path, text, timeoutMs) : first;
    // One that was lost, as while the members look for a leader, says nothing of a member that
    // answered others meanwhile: taken for silent, it would be passed over until it is asked.
    if (spoken.kind === 'silent' && this.#answers === answers) this.#unanswered();
    if (spoken.kind === 'cut') this.#complain(spoken.problem);
    if (spoken.kind === 'said') {
      this.#answers += 1;
      this.#complaint = '';
    }
    return spoken;
  }

  /** An answer that goes on: each line of it is handed over. Answers how to end it. */
  stream(path: string, text: string, line: (text: string) => void): () => void {
    const asked = this.#request(path, text);
    const broke = (error: Error) => {
      this.#logger.debug('a watch broke off', { error: messageOf(error) });
    };
    let rest = '';
    asked.on('response', (response) => {
      response.setEncoding('utf8').on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        lines.forEach(line);
      });
      response.on('error', broke);
    });
    asked.on('error', broke);
    return () => asked.destroy();
  }

  close(): void {
    this.#state = 'closed';
  }

  #request(path: string, text: string): ClientRequest {
    const { host, port } = this.#options.address;
    const { agent, pass } = this.#options;
    const headers = { 'content-type': 'application/json', ...pass?.headers };
    const send = agent instanceof ProtectedAgent ? protectedRequest : request;
    const asked = send({ host, port, path, method: 'POST', headers, agent });
    asked.end(text);
    return asked;
  }

  #post(
    path: string,
    text: string,
    timeoutMs: number,
  ): Promise<Spoken & { readonly isStale?: boolean }> {
    return new Promise((resolve) => {
      const asked = this.#request(path, text);
      // When our own event loop was late, the answer may be here already: it is read before the
      // immediate runs.
      const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
      const settle = (spoken: Spoken & { readonly isStale?: boolean }) => {
        clearTimeout(timer);
        resolve(spoken);
      };
      const giveUp = () => {
        settle({ kind: 'silent' });
        asked.destroy();
      };
      const cut = (error: Error) => {
        settle({ kind: 'cut', problem: messageOf(error), isStale: asked.reusedSocket });
      };
      asked.on('error', cut);
      asked.on('response', (response: IncomingMessage) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('error', cut);
        response.on('end', () =>
          settle({ kind: 'said', status: response.statusCode ?? 0, text: body }),
        );
      });
    });
  }

  #unanswered(): void {
    if (this.#state !== 'up') return;
    this.#state = 'silent';
    this.#logger.warn('lock node does not answer');
    void this.#probe();
  }

  /** A member that is down refuses every question: say it once. */
  #complain(problem: string): void {
    if (this.#state === 'closed' || problem === this.#complaint) return;
    this.#complaint = problem;
    this.#logger.warn('lock node went away', { error: problem });
  }

  async #probe(): Promise<void> {
    while (this.#state === 'silent') {
      const spoken = await this.#post(PROBE.path, PROBE.text, this.#options.probeTimeoutMs);
      if (this.#state !== 'silent') return;
      // A refused connection is no silence: it is found out at once each time.
      if (spoken.kind === 'cut' || (spoken.kind === 'said' && ALIVE.has(spoken.status))) {
        this.#state = 'up';
        if (spoken.kind === 'said') this.#logger.info('lock node is back');
        return;
      }
      await pause(PROBE_PAUSE_MS);
    }
  }
}
