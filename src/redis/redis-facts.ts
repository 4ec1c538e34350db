import type { Redis } from 'ioredis';

/** What a server says of itself; null for what it does not tell. */
export interface RedisFacts {
  readonly version: string;
  readonly role: string;
  readonly evicts: string | null;
  readonly appendOnly: boolean;
}

export async function redisFacts(client: Redis): Promise<RedisFacts> {
  const info = await client.info();
  const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
  return {
    version: field('redis_version') ?? 'not told',
    role: field('role') ?? 'not told',
    evicts: field('maxmemory_policy') ?? null,
    appendOnly: field('aof_enabled') === '1',
  };
}
