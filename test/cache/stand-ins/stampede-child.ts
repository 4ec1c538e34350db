import { setTimeout as delay } from 'node:timers/promises';
import { openCache } from '../../../src/cache/index.ts';
import { systemClock, systemRandom } from '../../../src/kernel/index.ts';
import { silentLogger } from '../../../src/telemetry/index.ts';

const [url = '', callersText = '1'] = process.argv.slice(2);
const cache = openCache({
  url,
  name: 'stampede',
  logger: silentLogger,
  clock: systemClock,
  random: systemRandom,
  answerMs: 1000, // four processes and their servers share a few cores here
});
const kind = { name: 'warm', format: 1, lifeMs: 60_000, staleMs: 0, absentMs: 1000, nearMs: 0 };

/** A source as slow as a heavy statement. */
async function stampede(name: string): Promise<{ loads: number; values: number }> {
  let loads = 0;
  const load = async () => {
    loads += 1;
    await delay(50);
    return `${name} was loaded`;
  };
  const answers = await Promise.all(
    Array.from({ length: Number(callersText) }, () =>
      cache.getOrSet({ ...kind, name }, 'cold', load),
    ),
  );
  return { loads, values: answers.filter(({ value }) => value === `${name} was loaded`).length };
}

process.on('message', (message: { readonly name: string }) => {
  void stampede(message.name).then((counts) => process.send?.({ type: 'counts', ...counts }));
});
process.on('SIGTERM', () => process.exit(0));
while (!(await cache.forget(kind, ['ready']))) await delay(20);
process.send?.({ type: 'ready' });
