import { systemClock, systemRandom } from '../kernel/index.ts';
import { compose } from './compose.ts';
import { readConfig } from './config.ts';
import { tellStory } from './demo-story.ts';
import { startTraffic } from './demo-traffic.ts';
import { runProcess, tellLauncher } from './run-process.ts';

const READY_MS = 10_000;

/** Uses a running system from outside, as a shop would: a short story, then traffic. */
await runProcess(async () => {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const app = compose(readConfig(undefined, 'warn'), 'demo');
  await app.queues.ready(READY_MS);
  tellLauncher({ type: 'ready' });
  const run = Math.floor(systemClock.wallMs() / 1000).toString(36);
  const wentAsTold = await tellStory(app, run, say);
  if (process.argv.includes('--once')) {
    await app.close();
    process.exit(wentAsTold ? 0 : 1);
  }
  const traffic = startTraffic(app, run, systemRandom, say);
  return {
    stop: async () => {
      await traffic.stop();
      await app.close();
    },
  };
});
