// The way in from package.json: what a fresh clone lacks is made, then the mode is handed over.
// Built-ins only, because nothing is installed when this file runs first.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, isBuilt } from './build.mjs';
import { install, isInstalled } from './install.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const [mode = 'start', ...args] = process.argv.slice(2);

// Standard output belongs to the command in cli mode, so set-up speaks on standard error always.
const say = (text) => process.stderr.write(`${text}\n`);

function fail(text) {
  say(`\n${text}\n`);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const minorNeeded = { 20: 19, 22: 12 }[major] ?? (major >= 24 ? 0 : Infinity);
  if (minor >= minorNeeded) return;
  fail(
    `Holdfast needs Node 20.19+, 22.12+, or 24 and up; this is ${process.version}.\n` +
      'Get a newer one from https://nodejs.org or with your version manager (.nvmrc is there).',
  );
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM'; // alive, but somebody else's
  }
}

/** Two first starts at once (start here, test there) must not set up into each other. */
function alone(task) {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 12);
  const file = path.join(os.tmpdir(), `holdfast-setup-${name}`);
  for (let round = 0; ; round += 1) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (round === 1) say(`another start is setting things up here; waiting for it (${file}) ...`);
      const other = Number(fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : 0);
      if (other > 0 && !isAlive(other)) fs.rmSync(file, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
  try {
    task();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

function prepare() {
  if (!isInstalled()) {
    alone(() => {
      if (isInstalled()) return;
      say('installing the packages of package-lock.json (npm ci) ...');
      install();
    });
  }
  if (!isBuilt()) {
    alone(() => {
      if (isBuilt()) return;
      say('compiling ...');
      build();
    });
  }
}

checkNode();
try {
  prepare();
} catch (error) {
  fail(`${error.message}\n\nNothing was started.`);
}

if (mode === 'cli') {
  const cli = path.join(root, 'dist', 'src', 'cli', 'main.js');
  process.argv = [process.execPath, cli, ...args];
  await import(pathToFileURL(cli).href);
} else {
  const { launch } = await import('../dist/src/launch/main.js');
  await launch(mode, args);
}
