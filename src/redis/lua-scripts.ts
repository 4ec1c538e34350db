import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RedisClient } from './client-library.ts';
import { gatherWrites } from './gather-writes.ts';

/** Runs one script; the reply is what the script's header says it returns. */
export type RunScript = (
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<unknown>;

interface Source {
  readonly name: string;
  readonly lua: string;
}

const sources = new Map<string, Source>();
const names = new Map<string, string>();

/**
 * Makes the scripts in these `.lua` files callable on this client. ioredis sends the text once to
 * a connection and the digest after that, and the text again when the server forgot it.
 */
export function defineScripts<Name extends string>(
  client: RedisClient,
  files: Readonly<Record<Name, URL>>,
): Readonly<Record<Name, RunScript>> {
  const scripts: Partial<Record<Name, RunScript>> = {};
  const gather = gatherWrites(client);
  for (const name of Object.keys(files) as Name[]) {
    const { lua } = sourceOf(name, files[name]);
    const command = `script:${name}`;
    client.defineCommand(command, { lua });
    const run = Reflect.get(client, command) as (...args: unknown[]) => Promise<unknown>;
    // ioredis flattens nested lists, which is cheaper than spreading hundreds of keys.
    scripts[name] = (keys, args) => {
      gather();
      return run.call(client, keys.length, keys, args);
    };
  }
  return scripts as Record<Name, RunScript>;
}

/** The name a script was defined under, by its digest or by its text: it is sent as either. */
export function scriptName(digestOrText: string): string | undefined {
  return names.get(digestOrText);
}

function sourceOf(name: string, file: URL): Source {
  const known = sources.get(file.href);
  if (known) return known;
  const source = { name, lua: readFileSync(file, 'utf8') };
  sources.set(file.href, source);
  for (const sent of [createHash('sha1').update(source.lua).digest('hex'), source.lua]) {
    names.set(sent, `script:${name}`);
  }
  return source;
}
