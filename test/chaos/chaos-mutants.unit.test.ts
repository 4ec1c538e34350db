import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { spoiltBy } from './chaos-mutant-copy.ts';
import { CHAOS_MUTANTS } from './chaos-mutants.ts';

const COMPILED = fileURLToPath(new URL('../../src', import.meta.url));

describe('the mutants of the campaign of faults', () => {
  for (const { name, spoils } of CHAOS_MUTANTS) {
    it(`still fit what is compiled: ${name}`, async () => {
      const texts = new Map<string, string>();
      for (const spoil of spoils) {
        const code = texts.get(spoil.file) ?? (await readFile(join(COMPILED, spoil.file), 'utf8'));
        texts.set(spoil.file, spoiltBy(code, name, spoil));
      }
    });
  }

  it('fail aloud when they fit nothing, or more than one place', () => {
    const spoil = { file: 'x.js', text: 'a', becomes: 'b' };
    expect(() => spoiltBy('xyz', 'm', spoil)).to.throw('fits 0 places');
    expect(() => spoiltBy('xaya', 'm', spoil)).to.throw('fits 2 places');
    expect(spoiltBy('xay', 'm', spoil)).to.equal('xby');
  });

  it('say why, when nobody can notice them', () => {
    const controls = CHAOS_MUTANTS.filter(({ name }) => name.startsWith('control: '));
    expect(controls.every(({ harmless }) => harmless !== undefined)).to.equal(true);
    expect(CHAOS_MUTANTS.filter(({ harmless }) => harmless !== undefined)).to.deep.equal(controls);
  });
});
