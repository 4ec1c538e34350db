import { clientAddress, mastersOf } from './client-address.ts';
import type { RedisClient } from './client-library.ts';

/** Who has the data: what a server says of itself and of those that copy it. */
export interface Replication {
  readonly role: 'master' | 'replica';
  /** `host:port` of the master: this server, or the one it copies. */
  readonly master: string;
  readonly replicas: readonly Replica[];
  /** Null when it does not say. */
  readonly noEviction: boolean | null;
}

export interface Replica {
  readonly address: string;
  /** `online` once it has the data. */
  readonly state: string;
  /** How much of the master's log it has not confirmed yet. */
  readonly lagBytes: number;
}

/** Of a cluster: all its masters together, and evicting when one of them does. */
export async function readReplication(client: RedisClient): Promise<Replication> {
  if (!client.isCluster) return replicationOf(await client.info(), clientAddress(client));
  const all = await Promise.all(
    mastersOf(client).map(async (one) => replicationOf(await one.info(), clientAddress(one))),
  );
  const evicts = all.map(({ noEviction }) => noEviction);
  return {
    role: 'master',
    master: clientAddress(client),
    replicas: all.flatMap(({ replicas }) => replicas),
    noEviction: evicts.includes(false) ? false : evicts.includes(null) ? null : true,
  };
}

export function replicationOf(info: string, address: string): Replication {
  const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
  const policy = field('maxmemory_policy');
  const isMaster = field('role') !== 'slave';
  const offset = Number(field('master_repl_offset') ?? 0);
  return {
    role: isMaster ? 'master' : 'replica',
    master: isMaster ? address : `${field('master_host')}:${field('master_port')}`,
    replicas: [...info.matchAll(/^slave\d+:(\S+)/gm)].map(([, facts = '']) =>
      replicaOf(facts, offset),
    ),
    noEviction: policy === undefined ? null : policy === 'noeviction',
  };
}

/** `ip=127.0.0.1,port=7001,state=online,offset=123,lag=0` */
function replicaOf(text: string, masterOffset: number): Replica {
  const facts = new Map(
    text.split(',').map((fact) => {
      const at = fact.indexOf('=');
      return [fact.slice(0, at), fact.slice(at + 1)] as const;
    }),
  );
  return {
    address: `${facts.get('ip')}:${facts.get('port')}`,
    state: facts.get('state') ?? 'not told',
    lagBytes: Math.max(0, masterOffset - Number(facts.get('offset') ?? 0)),
  };
}
