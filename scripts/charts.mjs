// `npm run charts [FILE]`: keeps a result of `npm run bench` in docs/explanation/figures, draws it
// there, and writes its tables into performance.md. Without FILE the kept one is drawn again.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const folder = path.join(root, 'docs', 'explanation', 'figures');
const page = path.join(root, 'docs', 'explanation', 'performance.md');
const kept = path.join(folder, 'bench-result.json');

build();
const { figuresOf } = await import('../dist/bench/charts/figures.js');
const { pageWith, resultTables } = await import('../dist/bench/charts/result-page.js');

const [file = kept] = process.argv.slice(2);
// Without the options: they name files of whoever measured.
const { at, machine, series, verdicts, counts } = JSON.parse(fs.readFileSync(file, 'utf8'));
const result = { at, machine, series, verdicts, counts };
fs.mkdirSync(folder, { recursive: true });
fs.writeFileSync(kept, `${JSON.stringify(result)}\n`);
for (const [name, text] of figuresOf(result)) fs.writeFileSync(path.join(folder, name), text);
fs.writeFileSync(page, pageWith(fs.readFileSync(page, 'utf8'), resultTables(result)));
