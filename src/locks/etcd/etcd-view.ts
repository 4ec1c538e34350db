import type { LockNodeView, LockView } from '../lock.ts';
import type { EtcdEndpoint } from './etcd-endpoint.ts';
import type { EtcdGateway } from './etcd-gateway.ts';
import type { EtcdLineKeys } from './etcd-ticket.ts';
import {
  answerIn,
  bundled,
  decoded,
  type EtcdReply,
  type Operation,
  unbundled,
} from './etcd-words.ts';

/** Asks every member what it knows, and waits for all of them, since this is for people. */
export async function inspectEtcd(
  gateway: EtcdGateway,
  keys: EtcdLineKeys,
  names: readonly string[],
): Promise<LockView[]> {
  const views = await Promise.all(
    gateway.endpoints.map((endpoint) => viewsOf(endpoint, keys, names, gateway.timeoutMs)),
  );
  return names.map((name, place) => ({
    name,
    nodes: views.map((view, index) => view?.[place] ?? unseen(gateway.endpoints[index]?.label)),
  }));
}

function unseen(node = ''): LockNodeView {
  return { node, reachable: false, held: false, ttlMs: null, fence: null, waiting: 0 };
}

async function viewsOf(
  endpoint: EtcdEndpoint,
  keys: EtcdLineKeys,
  names: readonly string[],
  timeoutMs: number,
): Promise<readonly LockNodeView[] | undefined> {
  const ask = async (path: string, body: object): Promise<EtcdReply | undefined> => {
    if (endpoint.isSilent) return undefined;
    const spoken = await endpoint.ask(path, JSON.stringify(body), timeoutMs);
    const answer = spoken.kind === 'said' ? answerIn(spoken.status, spoken.text) : undefined;
    return answer?.kind === 'ok' ? answer.reply : undefined;
  };
  const questions = names.map(
    (name): Operation => ({
      request_range: { ...keys.lineOf(name), sort_target: 'CREATE', sort_order: 'ASCEND' },
    }),
  );
  const reply = await ask('/v3/kv/txn', { success: bundled(questions) });
  if (!reply) return undefined;
  return Promise.all(
    unbundled(reply).map(async ({ response_range }): Promise<LockNodeView> => {
      const [holder, ...waiting] = response_range?.kvs ?? [];
      if (!holder) return { ...unseen(endpoint.label), reachable: true };
      const lease = holder.lease && (await ask('/v3/lease/timetolive', { ID: holder.lease }));
      const seconds = Number((lease && lease.TTL) || -1);
      const offset = decoded(holder.value);
      return {
        node: endpoint.label,
        reachable: true,
        held: true,
        ttlMs: seconds < 0 ? null : seconds * 1000,
        // The key of somebody else than Holdfast carries no offset.
        fence: BigInt(holder.create_revision) + (/^\d+$/.test(offset) ? BigInt(offset) : 0n),
        waiting: waiting.length,
      };
    }),
  );
}
