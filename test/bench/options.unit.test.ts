import { expect } from 'chai';
import { readOptions } from '../../bench/options.ts';
import { AppError } from '../../src/kernel/index.ts';

describe('the options of the benchmark', () => {
  it('measure everything in five rounds by default, and in three with --quick', () => {
    expect(readOptions([])).to.include({ quick: false, rounds: 5, jsonFile: null });
    expect(readOptions(['--quick'])).to.include({ quick: true, rounds: 3 });
    expect(readOptions(['--quick', '--rounds', '7'])?.rounds).to.equal(7);
  });

  it('name contenders by patterns', () => {
    const only = readOptions(['--only', 'saga hot$,empty'])?.only ?? [];
    const wanted = (name: string) => only.some((pattern) => pattern.test(name));
    expect(wanted('saga hot')).to.equal(true);
    expect(wanted('saga hot envelopes')).to.equal(false);
    expect(wanted('empty bulk')).to.equal(true);
  });

  it('answer nothing to a call for help', () => {
    expect(readOptions(['--quick', '--help'])).to.equal(null);
  });

  for (const args of [['--rounds', '2'], ['--rounds', 'x'], ['--only', '('], ['--qick'], ['x']]) {
    it(`refuse ${args.join(' ')}`, () => {
      expect(() => readOptions(args))
        .to.throw(AppError)
        .with.property('code', 'wrong-use');
    });
  }
});
