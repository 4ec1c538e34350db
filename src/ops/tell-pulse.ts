import type { Clock, Logger } from '../kernel/index.ts';
import { connectRedis } from '../redis/index.ts';
import type { Saga } from '../saga/index.ts';
import { Pulse } from './pulse.ts';
import { SharedPulse } from './shared-pulse.ts';

export interface TellPulseParts {
  readonly saga: Pick<Saga, 'onCommit' | 'stats'>;
  readonly redisUrl: string;
  readonly queuePrefix: string;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Tells what this process does to those that show it, and nothing else. */
export function tellPulse(parts: TellPulseParts): { close(): Promise<void> } {
  const client = connectRedis(parts.redisUrl, 'producer', { logger: parts.logger, name: 'pulse' });
  const pulse = new Pulse(parts.saga, parts.clock);
  const shared = new SharedPulse({ ...parts, pulse, redis: () => client });
  return {
    close: async () => {
      pulse.close();
      await shared.close();
      client.disconnect();
    },
  };
}
