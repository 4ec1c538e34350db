import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { PROJECT } from './launcher-run.ts';

describe('npm run build', () => {
  let folder: string;
  const inside = (...names: string[]) => path.join(folder, ...names);
  const build = () =>
    spawnSync(process.execPath, [inside('scripts', 'build.mjs')], { encoding: 'utf8' });

  before(() => {
    folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'holdfast-build-')));
    for (const name of ['scripts', 'src', 'bench/results', 'web']) {
      mkdirSync(inside(name), { recursive: true });
    }
    for (const name of [
      'tsconfig.json',
      'package.json',
      'scripts/build.mjs',
      'web/tsconfig.json',
    ]) {
      copyFileSync(path.join(PROJECT, name), inside(name));
    }
    symlinkSync(path.join(PROJECT, 'node_modules'), inside('node_modules'));
    writeFileSync(inside('src', 'kept.ts'), 'export const kept = 1;\n');
    writeFileSync(inside('web', 'shown.ts'), 'document.title = document.title.trim();\n');
    writeFileSync(inside('src', 'dropped.ts'), 'export const dropped = 1;\n');
    writeFileSync(inside('src', 'script.lua'), 'return 1\n');
  });
  after(() => rmSync(folder, { recursive: true }));

  it('compiles and brings along what is not compiled', () => {
    expect(build()).to.include({ status: 0, stderr: '' });
    expect(readFileSync(inside('dist', 'src', 'script.lua'), 'utf8')).to.equal('return 1\n');
    expect(existsSync(inside('dist', 'src', 'kept.js'))).to.equal(true);
    expect(existsSync(inside('dist', 'web', 'shown.js'))).to.equal(true);
  });

  it('removes what a deleted source has left, and makes again what somebody deleted', () => {
    rmSync(inside('src', 'dropped.ts'));
    rmSync(inside('dist', 'src', 'kept.js'));
    expect(build().status).to.equal(0);
    expect(existsSync(inside('dist', 'src', 'dropped.js'))).to.equal(false);
    expect(existsSync(inside('dist', 'src', 'dropped.js.map'))).to.equal(false);
    expect(existsSync(inside('dist', 'src', 'kept.js'))).to.equal(true);
  });

  it('knows when there is nothing to do, and when there is', () => {
    const script = JSON.stringify(inside('scripts', 'build.mjs'));
    const ask = `import { isBuilt } from ${script}; console.log(isBuilt());`;
    const isBuilt = () =>
      spawnSync(process.execPath, ['--input-type=module', '-e', ask], { encoding: 'utf8' }).stdout;
    expect(isBuilt()).to.equal('true\n');
    writeFileSync(inside('bench', 'results', 'run.json'), '{}');
    expect(isBuilt()).to.equal('true\n');
    utimesSync(inside('src', 'script.lua'), 1, 1);
    expect(isBuilt()).to.equal('false\n');
  });

  it("fails with the compiler's words", () => {
    writeFileSync(inside('src', 'wrong.ts'), 'export const wrong: number = "text";\n');
    const { status, stderr } = build();
    expect(status).to.equal(1);
    expect(stderr).to.include('src/wrong.ts').and.include("'string' is not assignable");
  });
});
