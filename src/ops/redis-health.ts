import type { Replica, Replication } from '../redis/index.ts';
import type { Check } from './health-check.ts';
import type { Reading } from './reading.ts';

export interface RedisHealth extends Check {
  readonly role?: 'master' | 'replica';
  readonly master?: string;
  readonly replicas?: readonly Replica[];
  readonly noeviction?: boolean | null;
}

export async function redisHealth(reading: Reading<Replication>): Promise<RedisHealth> {
  const found = await reading.read();
  if (!found.ok) return found;
  const { role, master, replicas, noEviction } = found.value;
  const error = problemOf(found.value);
  return {
    ok: error === undefined,
    ms: found.ms,
    role,
    master,
    replicas,
    noeviction: noEviction,
    ...(error === undefined ? {} : { error }),
  };
}

function problemOf({ role, noEviction, replicas }: Replication): string | undefined {
  if (role === 'replica') return 'this server is a replica and takes no writes';
  if (noEviction === false) return 'it may forget jobs; set maxmemory-policy to noeviction';
  const away = replicas.find(({ state }) => state !== 'online');
  return away && `the replica ${away.address} is ${away.state}`;
}
