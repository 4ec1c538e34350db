import { pause } from '../src/kernel/index.ts';
import { benchCache } from './catalogue-shop.ts';

const [url = '', callers = '1'] = process.argv.slice(2);
const KIND = {
  name: 'bench-crowd',
  format: 1,
  lifeMs: 60_000,
  staleMs: 0,
  absentMs: 1000,
  nearMs: 0,
};
const LOAD_MS = 50; // as slow as a heavy statement

const cache = await benchCache({ url, name: 'bench-crowd-child' });

async function crowd(id: string): Promise<number> {
  let loads = 0;
  const load = async () => {
    loads += 1;
    await pause(LOAD_MS);
    return id;
  };
  await Promise.all(Array.from({ length: Number(callers) }, () => cache.getOrSet(KIND, id, load)));
  return loads;
}

process.on('message', ({ id }: { readonly id: string }) => {
  void crowd(id).then((loads) => process.send?.({ type: 'crowd', loads }));
});
process.on('disconnect', () => process.exit());
process.send?.({ type: 'ready' });
