import { Agent } from 'node:http';
import { Agent as ProtectedAgent } from 'node:https';
import { type Clock, type Logger, present } from '../../kernel/index.ts';
import { notReached } from '../lock-errors.ts';
import type { LockTls, LockUnreachable } from '../lock.ts';
import type { ServerList } from '../server-list.ts';
import { EtcdEndpoint } from './etcd-endpoint.ts';
import { EtcdPass } from './etcd-pass.ts';
import { answerIn, type EtcdAnswer, UNAVAILABLE } from './etcd-words.ts';

export type Answer = EtcdAnswer | LockUnreachable;

export interface EtcdGatewayOptions {
  readonly list: ServerList;
  /** How the line is protected; undefined when it is not. */
  readonly tls: LockTls | undefined;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The JSON gateway of a cluster. A question goes to one member, and to the next one when that
 * one has no answer, so every question must bear to be asked twice.
 */
export class EtcdGateway {
  readonly endpoints: readonly EtcdEndpoint[];
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Questions asked so far. */
  trips = 0;
  readonly #agent: Agent;
  #speaker: EtcdEndpoint;
  #closed = false;

  constructor({ list, tls, timeoutMs, clock, logger }: EtcdGatewayOptions) {
    const { servers, account } = list;
    const keepAlive = true;
    const agent = tls ? new ProtectedAgent({ ...tls, keepAlive }) : new Agent({ keepAlive });
    const pass = account && new EtcdPass(account);
    this.#agent = agent;
    this.timeoutMs = timeoutMs;
    this.clock = clock;
    this.endpoints = servers.map(
      (address) =>
        new EtcdEndpoint({ address, agent, pass, clock, probeTimeoutMs: timeoutMs, logger }),
    );
    this.#speaker = present(this.endpoints[0], 'an etcd member');
  }

  /** When an attempt that begins now has to be decided, for locks of this ttl. */
  deadline(ttlMs = Number.POSITIVE_INFINITY): number {
    return this.clock.monotonicMs() + Math.min(this.timeoutMs, Math.floor(ttlMs / 2));
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  async call(path: string, body: object, deadline = this.deadline()): Promise<Answer> {
    const text = JSON.stringify(body);
    const problems = new Map<EtcdEndpoint, string>();
    const usable = this.#inOrder();
    this.trips += 1;
    for (const [turn, endpoint] of usable.entries()) {
      const leftMs = deadline - this.clock.monotonicMs();
      if (leftMs <= 0 || this.#closed) break;
      // Half of the time is left for those who may answer in its place.
      const timeoutMs = turn === usable.length - 1 ? leftMs : leftMs / 2;
      const spoken = await endpoint.ask(`/v3${path}`, text, timeoutMs);
      const answer = spoken.kind === 'said' ? answerIn(spoken.status, spoken.text) : undefined;
      if (answer && !(answer.kind === 'refused' && answer.code === UNAVAILABLE)) {
        this.#speaker = endpoint;
        return answer;
      }
      problems.set(endpoint, answer?.message ?? describe(spoken));
    }
    const nodes = this.endpoints.map((endpoint) => ({
      node: endpoint.label,
      problem: problems.get(endpoint) ?? (endpoint.isSilent ? 'is silent' : 'was not asked'),
    }));
    return notReached(nodes.map(({ node, problem }) => `${node} ${problem}`).join(', '), nodes);
  }

  /** The member that answered last, for an answer that goes on. */
  get speaker(): EtcdEndpoint {
    return this.#speaker;
  }

  close(): void {
    this.#closed = true;
    for (const endpoint of this.endpoints) endpoint.close();
    this.#agent.destroy();
  }

  #inOrder(): EtcdEndpoint[] {
    const others = this.endpoints.filter((endpoint) => endpoint !== this.#speaker);
    return [this.#speaker, ...others].filter(({ isSilent }) => !isSilent);
  }
}

function describe(spoken: { readonly kind: string; readonly problem?: string }): string {
  if (spoken.kind === 'silent') return 'did not answer in time';
  return spoken.problem ?? 'answered something else than etcd does';
}
