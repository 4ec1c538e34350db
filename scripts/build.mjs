// Compiles the project to dist/ and brings along what the compiler leaves behind. Built-ins only.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
const stampFile = path.join(dist, '.built-from');
const SOURCE_FOLDERS = ['src', 'workers', 'migrations', 'test', 'bench', 'examples', 'web'];
/** What browsers run knows other things than what Node runs, so it is compiled apart. */
const PROJECTS = ['.', 'web'];
const SETTINGS = ['tsconfig.json', 'package.json', 'scripts/build.mjs'];
/** Written by a benchmark run: no source, and it must not make the next start compile. */
const NOT_SOURCES = `bench${path.sep}results${path.sep}`;

function filesBelow(folder) {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

function sources() {
  return SOURCE_FOLDERS.flatMap((folder) => filesBelow(path.join(root, folder)))
    .map((file) => path.relative(root, file))
    .filter((file) => !file.startsWith(NOT_SOURCES));
}

/** Cheap on purpose: a warm start pays for one stat per file and nothing else. */
function sourceStamp() {
  const hash = createHash('sha256');
  for (const file of [...sources(), ...SETTINGS].toSorted()) {
    const { mtimeMs, size } = fs.statSync(path.join(root, file));
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex');
}

export function isBuilt() {
  return fs.existsSync(stampFile) && fs.readFileSync(stampFile, 'utf8') === sourceStamp();
}

const isCode = (file) => /(?<!\.d)\.tsx?$/.test(file);
const outputOf = (source) =>
  path.join(dist, isCode(source) ? source.replace(/\.tsx?$/, '.js') : source);

function compile() {
  const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  for (const project of PROJECTS) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', project], {
      cwd: root,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${stdout}${stderr}`.trim() || 'the compiler did not start');
  }
}

/** An output without its source would still be found by imports and by the test pattern. */
function removeStale(wanted) {
  for (const file of SOURCE_FOLDERS.flatMap((folder) => filesBelow(path.join(dist, folder)))) {
    const output = file.replace(/\.map$/, '').replace(/\.d\.ts$/, '.js');
    if (!wanted.has(file) && !wanted.has(output)) fs.rmSync(file);
  }
}

/** Throws with the compiler's words when the sources do not compile. */
export function build() {
  // Taken first: a file saved while the compiler runs must make the next build look again.
  const stamp = sourceStamp();
  const files = sources();
  fs.rmSync(stampFile, { force: true });
  compile();
  if (files.some((file) => isCode(file) && !fs.existsSync(outputOf(file)))) {
    // Outputs were deleted by hand; the incremental compiler believes that they are still there.
    for (const name of ['.tsbuildinfo', '.web.tsbuildinfo']) {
      fs.rmSync(path.join(dist, name), { force: true });
    }
    compile();
  }
  for (const file of files.filter((name) => !isCode(name))) {
    fs.mkdirSync(path.dirname(outputOf(file)), { recursive: true });
    fs.copyFileSync(path.join(root, file), outputOf(file));
  }
  removeStale(new Set(files.map(outputOf)));
  fs.mkdirSync(dist, { recursive: true });
  fs.writeFileSync(stampFile, stamp);
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    build();
  } catch (error) {
    console.error(`${error.message}\n\nThe build failed: mend what is named above and try again.`);
    process.exitCode = 1;
  }
}
