import { fileURLToPath } from 'node:url';
import { openSite } from '../chaos-site.ts';
import { FULL_SIZE, playSeed } from '../play-seed.ts';
import { writeFileSync } from 'node:fs';
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const t0 = performance.now();
const at = (w: string) => console.log(w, Math.round(performance.now() - t0));
const site = await openSite();
at('site');
try {
  for (const seed of process.argv.slice(2).map(Number)) {
    at('play');
    const { result, trace } = await playSeed({ seed, size: FULL_SIZE, site, root });
    writeFileSync(`/tmp/t3-${seed}.jsonl`, trace.history);
    writeFileSync(`/tmp/t3-${seed}.log`, trace.logs);
    writeFileSync(`/tmp/t3-${seed}.dump.json`, JSON.stringify(trace.dump));
    at('played');
    console.log(JSON.stringify({ ...result, broken: result.broken.slice(0, 12) }, null, 1));
  }
} finally {
  at('closing');
  await site.close();
  at('closed');
  setTimeout(() => {
    console.log(process.getActiveResourcesInfo());
    process.exit(0);
  }, 3000);
}
