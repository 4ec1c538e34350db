import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { gatherWrites } from './gather-writes.ts';

/** Runs one script; the reply is what the script's header says it returns. */
export type RunScript = (
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<unknown>;

interface Source {
  readonly lua: string;
  readonly digest: string;
}

const sources = new Map<string, Source>();
const names = new Map<string, string>();

/** ioredis flattens nested lists, which is cheaper than spreading hundreds of keys. */
type Send = (
  script: string,
  count: number,
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<unknown>;

/**
 * Makes the scripts in these `.lua` files callable on this client: the text goes once to a
 * connection and the digest after that, and the text again when the server forgot it. ioredis can
 * do that by itself, but makes a class of commands for each script of each client to do it, and
 * so many of them make every command of a process slow.
 */
export function defineScripts<Name extends string>(
  client: Redis,
  files: Readonly<Record<Name, URL>>,
): Readonly<Record<Name, RunScript>> {
  const scripts: Partial<Record<Name, RunScript>> = {};
  const gather = gatherWrites(client);
  const byText = client.eval.bind(client) as unknown as Send;
  const byDigest = client.evalsha.bind(client) as unknown as Send;
  for (const name of Object.keys(files) as Name[]) {
    const { lua, digest } = sourceOf(name, files[name]);
    const sentOn = new WeakSet<object>();
    const run: RunScript = (keys, args) => {
      gather();
      const stream = client.stream as object | undefined; // none before the first connection
      if (stream && sentOn.has(stream)) {
        return byDigest(digest, keys.length, keys, args).catch((error: unknown) => {
          if (!isForgotten(error)) throw error;
          return byText(lua, keys.length, keys, args);
        });
      }
      if (stream) sentOn.add(stream);
      return byText(lua, keys.length, keys, args);
    };
    scripts[name] = run;
  }
  return scripts as Record<Name, RunScript>;
}

function isForgotten(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

/** The name a script was defined under, by its digest or by its text: it is sent as either. */
export function scriptName(digestOrText: string): string | undefined {
  return names.get(digestOrText);
}

function sourceOf(name: string, file: URL): Source {
  const known = sources.get(file.href);
  if (known) return known;
  const lua = readFileSync(file, 'utf8');
  const source = { lua, digest: createHash('sha1').update(lua).digest('hex') };
  sources.set(file.href, source);
  for (const sent of [source.digest, lua]) names.set(sent, `script:${name}`);
  return source;
}
