import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { commandWords } from './redis-wire.ts';
import { statementIn, statementLabel } from './mysql-wire.ts';

/**
 * What a request is called, or why it has no number. Numbered is what a scenario causes; what a
 * process does by itself, or as time goes by, comes as often as the machine is slow.
 */
export type Named =
  | { readonly label: string; readonly leftOut?: undefined }
  | { readonly leftOut: LeftOut };

export type LeftOut = 'hello' | 'blocking read' | 'by the clock' | 'no statement';

/** What a new connection asks before it is used: how often, the pool decides. */
const DATABASE_HELLO = /^(?:SET SESSION|SELECT VERSION\(\))/;

export function databaseRequest(packet: Buffer): Named {
  const text = statementIn(packet);
  if (text === undefined) return { leftOut: 'no statement' };
  if (DATABASE_HELLO.test(text)) return { leftOut: 'hello' };
  return { label: statementLabel(text) };
}

const HELLO = new Set(['hello', 'client', 'info', 'auth', 'select', 'ping', 'quit', 'command']);
const BLOCKING = new Set(['bzpopmin', 'blpop', 'brpop', 'blmove', 'brpoplpush', 'xread']);
/** Looked for every so often, or kept alive while it lasts. */
const BY_THE_CLOCK = new Set(['moveStalledJobsToWait', 'extendLock', 'extendLocks']);

/** A lock that is held for long is renewed: by whoever asks for it, or by the clock. */
const RENEWAL = 'renew';

/** It asks nodes that have not got the lock as well: nobody waits then, and it goes before all. */
function isRenewal(label: string, words: readonly string[]): boolean {
  const [waiter, ticket] = words.slice(-3);
  return label === RENEWAL || (label === 'acquire' && waiter === '' && ticket === '0');
}

export function redisRequest(
  request: Buffer,
  scripts: ReadonlyMap<string, string>,
  renewsByHand: boolean,
): Named {
  const words = commandWords(request);
  const [word = '', first = ''] = words;
  const command = word.toLowerCase();
  if (HELLO.has(command)) return { leftOut: 'hello' };
  if (BLOCKING.has(command)) return { leftOut: 'blocking read' };
  const isScript = command === 'eval' || command === 'evalsha';
  const digest = command === 'eval' ? sha1(first) : first;
  const label = isScript ? (scripts.get(digest) ?? 'a script') : command;
  const isByTheClock = BY_THE_CLOCK.has(label) || (isRenewal(label, words) && !renewsByHand);
  return isByTheClock ? { leftOut: 'by the clock' } : { label };
}

/** Names of all scripts, those of BullMQ and ours, by their digests. */
export async function scriptNames(): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const ours = ['../../src/locks/lua/', '../../src/queues/lua/'].map(
    (folder) => new URL(folder, import.meta.url),
  );
  for (const folder of ours) {
    for (const file of readdirSync(folder)) {
      const text = readFileSync(new URL(file, folder), 'utf8');
      names.set(sha1(text), file.replace(/\.lua$/, ''));
    }
  }
  const theirs = new URL('scripts/', import.meta.resolve('bullmq'));
  for (const file of readdirSync(theirs).filter((name) => name.endsWith('.js'))) {
    const loaded = (await import(new URL(file, theirs).href)) as Record<string, Partial<Script>>;
    for (const { name, content } of Object.values(loaded)) {
      if (name !== undefined && content !== undefined) names.set(sha1(content), name);
    }
  }
  return names;
}

interface Script {
  readonly name: string;
  readonly content: string;
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
