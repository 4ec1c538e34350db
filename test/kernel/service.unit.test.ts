import { expect } from 'chai';
import { type Service, stopAll } from '../../src/kernel/index.ts';

describe('stopping services', () => {
  const stopped: string[] = [];
  const service = (name: string, fails = false): Service => ({
    name,
    start: () => Promise.resolve(),
    stop: async () => {
      stopped.push(name);
      if (fails) throw new Error(`${name} will not`);
    },
  });
  beforeEach(() => stopped.splice(0));

  it('goes the way back from their start', async () => {
    await stopAll([service('a'), service('b'), service('c')], () => expect.fail());
    expect(stopped).to.deep.equal(['c', 'b', 'a']);
  });

  it('goes on when one fails, and says which', async () => {
    const failures: string[] = [];
    await stopAll([service('a'), service('b', true), service('c')], ({ name }, error) => {
      failures.push(`${name}: ${(error as Error).message}`);
    });
    expect(stopped).to.deep.equal(['c', 'b', 'a']);
    expect(failures).to.deep.equal(['b: b will not']);
  });
});
