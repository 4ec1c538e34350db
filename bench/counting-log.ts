import type { Logger } from '../src/kernel/index.ts';
import { silentLogger } from '../src/telemetry/index.ts';

/** Each stands for one question to a server and its answer. */
const ASKED: ReadonlySet<string> = new Set(['sql', 'redis operation']);

/** Given as the log of a database or of Redis clients, it hears how often they ask their server. */
export class CountingLog {
  asked = 0;

  readonly logger: Logger = {
    ...silentLogger,
    writes: () => true,
    with: () => this.logger,
    debug: (message) => {
      if (ASKED.has(message)) this.asked += 1;
    },
  };
}
