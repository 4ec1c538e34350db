// Installs the packages of package-lock.json, and only when that is needed. Built-ins only.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const stampFile = path.join(root, 'node_modules', '.installed-for');
const read = (...names) => fs.readFileSync(path.join(root, ...names), 'utf8');

/** What the installed packages depend on: the lock file, and what native parts are built for. */
function wantedStamp() {
  const node = `${process.versions.node.split('.')[0]} ${process.platform} ${process.arch}`;
  return createHash('sha256').update(read('package-lock.json')).update(node).digest('hex');
}

export function isInstalled() {
  if (fs.existsSync(stampFile)) return fs.readFileSync(stampFile, 'utf8') === wantedStamp();
  return isInstalledByHand();
}

const isForHere = ({ os, cpu }) =>
  (os?.includes(process.platform) ?? true) && (cpu?.includes(process.arch) ?? true);

/**
 * Somebody ran npm before us. npm writes its hidden lock file last, so if that holds what the lock
 * file asks for, installing again would only cost time, and would fail where there is no network.
 */
function isInstalledByHand() {
  if (!fs.existsSync(path.join(root, 'node_modules', '.package-lock.json'))) return false;
  const there = JSON.parse(read('node_modules', '.package-lock.json')).packages;
  const wanted = JSON.parse(read('package-lock.json')).packages;
  return (
    Object.values(there).every(isForHere) &&
    Object.entries(wanted).every(
      ([name, { version, optional }]) =>
        name === '' || (there[name] ? there[name].version === version : optional === true),
    )
  );
}

/** Throws when npm fails; npm's own words are on standard error by then. */
export function install() {
  const stamp = wantedStamp();
  // A yarn or pnpm that runs the script names itself here too; only npm's own entry will do.
  const npm = process.env.npm_execpath;
  const isNpm = npm !== undefined && path.basename(npm) === 'npm-cli.js';
  const isWindows = process.platform === 'win32';
  const command = isNpm ? process.execPath : isWindows ? 'npm.cmd' : 'npm';
  const flags = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync(command, isNpm ? [npm, ...flags] : flags, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: isWindows,
  });
  if (status !== 0) {
    throw new Error('npm ci failed; its own words are above. Mend that and run this again.');
  }
  fs.writeFileSync(stampFile, stamp);
}
