import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from './repo-files.ts';

const TOOLS = ['tsc', 'oxlint', 'biome', 'knip', 'publint'];

describe('npm run check', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-check-'));
    mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
    mkdirSync(join(folder, 'scripts'));
    for (const tool of TOOLS) put(`node_modules/.bin/${tool}`, '#!/bin/sh\necho quiet please\n');
    put('scripts/build.mjs', '');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const put = (path: string, text: string) =>
    writeFileSync(join(folder, path), text, { mode: 0o755 });

  function check(): { status: number | null; said: string } {
    const script = join(ROOT, 'scripts/check.mjs');
    const done = spawnSync(process.execPath, [script], { cwd: folder, encoding: 'utf8' });
    return { status: done.status, said: done.stdout + done.stderr };
  }

  it('says one line for each step that is in order, and no more', () => {
    const { status, said } = check();
    expect(status).to.equal(0);
    expect(said.match(/^ok .* s$/gm)).to.have.length(5);
    expect(said).not.to.contain('quiet please');
    expect(said).to.match(/\n5 passed, 0 failed\n$/);
  });

  for (const tool of TOOLS) {
    it(`fails when ${tool} fails, shows what it said, and runs every other step`, () => {
      put(`node_modules/.bin/${tool}`, '#!/bin/sh\necho "one thing"\necho "wrong" >&2\nexit 3\n');
      const { status, said } = check();
      expect(status).to.equal(1);
      expect(said).to.contain('one thing').and.to.contain('wrong');
      expect(said.match(/^FAIL /gm)).to.have.length(1);
      expect(said.match(/^ok /gm)).to.have.length(4);
      expect(said).to.match(/\n4 passed, 1 failed\n$/);
    });
  }

  it('fails the package step when the build fails', () => {
    put('scripts/build.mjs', 'process.exitCode = 1;');
    expect(check().said).to.match(/FAIL package/);
  });

  it('fails when a tool is missing or killed', () => {
    rmSync(join(folder, 'node_modules/.bin/tsc'));
    put('node_modules/.bin/biome', '#!/bin/sh\nkill -9 $$\n');
    const { status, said } = check();
    expect(status).to.equal(1);
    expect(said)
      .to.match(/FAIL types/)
      .and.to.match(/ended by SIGKILL\nFAIL format/);
  });
});
