import { tracingChannel } from 'node:diagnostics_channel';
import { type Clock, systemClock } from '../kernel/index.ts';
import { ioredis } from './client-library.ts';
import { scriptName } from './lua-scripts.ts';

/** One command of any client in this process, after its answer. */
export interface RedisOperation {
  /** The command in lower case, or `script:acquire` for a script of ours, or `other`. */
  readonly name: string;
  readonly ms: number;
  readonly failed: boolean;
  /** It waits for something to happen, so its time says nothing about the server. */
  readonly waits: boolean;
}

interface TracedCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly error?: unknown;
  startedMs?: number;
}

/** What a client says when it connects, and health checks: not what Holdfast does. */
const HANDSHAKE = new Set(['hello', 'client', 'info', 'auth', 'select']);
const WAITING = new Set([
  'blmove',
  'blmpop',
  'blpop',
  'brpop',
  'brpoplpush',
  'bzmpop',
  'bzpopmax',
  'bzpopmin',
  'wait',
  'waitaof',
  'xread',
  'xreadgroup',
]);
/** Whatever is asked, so many names there are at most. */
let known: ReadonlySet<string> | undefined;

/**
 * Tells of every command of this process, those in pipelines, transactions and BullMQ's own among
 * them: ioredis publishes them by itself, and pays for it only while somebody listens.
 */
export function onOperation(
  listener: (operation: RedisOperation) => void,
  clock: Clock = systemClock,
): () => void {
  const channel = tracingChannel<unknown, TracedCommand>('ioredis:command');
  const begin = (message: unknown): void => {
    (message as TracedCommand).startedMs = clock.monotonicMs();
  };
  const end = (message: unknown): void => {
    const { command, args, error, startedMs } = message as TracedCommand;
    if (startedMs === undefined || HANDSHAKE.has(command)) return;
    const waits = WAITING.has(command);
    const ms = clock.monotonicMs() - startedMs;
    listener({ name: nameOf(command, args), ms, failed: error !== undefined, waits });
  };
  channel.start.subscribe(begin);
  channel.asyncEnd.subscribe(end);
  return () => {
    channel.start.unsubscribe(begin);
    channel.asyncEnd.unsubscribe(end);
  };
}

function nameOf(command: string, [first = '']: readonly string[]): string {
  if (command === 'evalsha' || command === 'eval') return scriptName(first) ?? command;
  known ??= new Set(ioredis().Redis.prototype.getBuiltinCommands());
  return known.has(command) ? command : 'other';
}
