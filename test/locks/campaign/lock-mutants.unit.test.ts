import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { MUTANTS } from './lock-mutants.ts';
import { compiledLocks, spoilt } from './mutated-copy.ts';

describe('the mutants of the locks', () => {
  for (const mutant of MUTANTS) {
    it(`${mutant.name} fits one place of what is compiled`, () => {
      const code = readFileSync(compiledLocks(mutant.file), 'utf8');
      expect(spoilt(code, mutant)).to.not.equal(code);
    });
  }

  it('are refused where they fit no place, or two', () => {
    const mutant = { name: 'm', breaks: '', file: 'f.js', text: 'a', becomes: 'b' };
    expect(spoilt('xax', mutant)).to.equal('xbx');
    expect(() => spoilt('xx', mutant)).to.throw('mutant m fits 0 places of f.js, not one');
    expect(() => spoilt('aa', mutant)).to.throw('fits 2 places');
  });

  it('have a name each', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).to.equal(MUTANTS.length);
  });
});
