// `npm run openapi`: writes openapi.json from the routes themselves.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const file = path.join(root, 'openapi.json');

build();
const { createHttpApp } = await import('../dist/src/api/http/http-app.js');

/** Nothing is asked of these: the routes are only looked at. */
const nobody = { producer: [], payments: [], viewer: [], operator: [] };
const app = await createHttpApp({
  doors: { bind: '127.0.0.1', rateLimit: 1, tokens: nobody, paymentSecrets: [] },
  ops: { board: () => async () => undefined },
});
await app.ready();
fs.writeFileSync(file, `${JSON.stringify(app.swagger(), null, 2)}\n`);
await app.close();

const biome = path.join(root, 'node_modules', '.bin', 'biome');
const { status, stderr } = spawnSync(biome, ['format', '--write', file], {
  cwd: root,
  encoding: 'utf8',
  shell: process.platform === 'win32', // the tool is a .cmd file there
});
if (status !== 0) throw new Error(stderr);
