import { mastersOf } from './client-address.ts';
import type { RedisClient } from './client-library.ts';

/** What a server says of itself, of a cluster the worst; null for what it does not tell. */
export interface RedisFacts {
  readonly version: string;
  readonly role: string;
  readonly evicts: string | null;
  readonly appendOnly: boolean;
  /** `always`, `everysec` or `no`; null when it may not be asked. */
  readonly appendSync: string | null;
}

export async function redisFacts(client: RedisClient): Promise<RedisFacts> {
  const infos = await Promise.all(mastersOf(client).map((one) => one.info()));
  const fields = (name: string) =>
    infos.map((info) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1]);
  const field = (name: string) => fields(name)[0];
  const policies = fields('maxmemory_policy');
  return {
    version: field('redis_version') ?? 'not told',
    role: field('role') ?? 'not told',
    evicts: policies.find((one) => one !== 'noeviction') ?? policies[0] ?? null,
    appendOnly: fields('aof_enabled').every((one) => one === '1'),
    appendSync: await appendSyncOf(client),
  };
}

async function appendSyncOf(client: RedisClient): Promise<string | null> {
  const [first = client] = mastersOf(client);
  // An account of its own may not ask, and asking would stand in the server's log as an attack.
  if ('username' in first.options && first.options.username) return null;
  try {
    const answer: unknown = await first.config('GET', 'appendfsync');
    return Array.isArray(answer) ? String(answer[1]) : null;
  } catch {
    return null; // refused all the same; then it is not told
  }
}
