import type { Command } from 'ioredis';
import { type Clock, type Logger, messageOf } from '../kernel/index.ts';
import type { RedisClient } from './client-library.ts';
import { scriptName } from './lua-scripts.ts';

/**
 * Logs each command with its first key, how long it took and how it failed; never its values.
 * Whether to do so is decided once, so that it costs nothing when debug is off.
 */
export function logOperations(client: RedisClient, logger: Logger, clock: Clock): void {
  if (!logger.writes('debug')) return;
  const seen = new WeakSet<Command>();
  const send = client.sendCommand.bind(client);

  client.sendCommand = (command: Command, ...where: []) => {
    // A command that waited in the offline queue passes here a second time.
    if (!seen.has(command)) {
      seen.add(command);
      const facts = factsOf(command);
      const started = clock.monotonicMs();
      const log = (failure: { error?: string }) => {
        const ms = Math.round((clock.monotonicMs() - started) * 100) / 100;
        logger.debug('redis operation', { ...facts, ms, ...failure });
      };
      command.promise.then(
        () => log({}),
        (error: unknown) => log({ error: messageOf(error) }),
      );
    }
    return send(command, ...where);
  };
}

function factsOf(command: Command): { command: string; key?: string } {
  const script = command.name === 'evalsha' ? scriptName(String(command.args[0])) : undefined;
  const key = command.getKeys()[0];
  return {
    command: script ?? command.name,
    ...(key === undefined ? {} : { key: String(key) }),
  };
}
