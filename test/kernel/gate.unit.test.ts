import { expect } from 'chai';
import { Gate } from '../../src/kernel/index.ts';
import { signal } from '../support/until.ts';

/** Works that end when they are told to; `inside` names those that have begun. */
function works(gate: Gate) {
  const inside: string[] = [];
  const ends = new Map<string, () => void>();
  const enter = (name: string, wants: number): Promise<string> => {
    const end = signal();
    ends.set(name, end.give);
    return gate.pass(wants, async () => {
      inside.push(name);
      await end.given;
      return name;
    });
  };
  const end = async (name: string, work: Promise<string>): Promise<void> => {
    ends.get(name)?.();
    expect(await work).to.equal(name);
  };
  return { inside, enter, end };
}

describe('a gate', () => {
  it('lets in as much as there is room for, the others in order of arrival', async () => {
    const { inside, enter, end } = works(new Gate(3));
    const a = enter('a', 2);
    const b = enter('b', 2);
    const c = enter('c', 1);
    expect(inside).to.deep.equal(['a']);
    await end('a', a);
    expect(inside).to.deep.equal(['a', 'b', 'c']);
    await end('b', b);
    await end('c', c);
  });

  it('lets something larger than itself through when it is empty', async () => {
    const { inside, enter, end } = works(new Gate(2));
    const a = enter('a', 1);
    const large = enter('large', 9);
    const b = enter('b', 1);
    expect(inside).to.deep.equal(['a']);
    await end('a', a);
    expect(inside).to.deep.equal(['a', 'large']);
    await end('large', large);
    expect(inside).to.deep.equal(['a', 'large', 'b']);
    await end('b', b);
  });

  it('makes room again when work fails', async () => {
    const gate = new Gate(1);
    const failed = await gate.pass(1, () => Promise.reject(new Error('no'))).catch((e) => e);
    expect(failed).to.be.instanceOf(Error).and.have.property('message', 'no');
    expect(await gate.pass(1, () => Promise.resolve('yes'))).to.equal('yes');
  });

  it('lets nothing wait for ever behind work that wants nothing', async () => {
    const { inside, enter, end } = works(new Gate(1));
    const a = enter('a', 1);
    const nothing = enter('nothing', 0);
    const b = enter('b', 1);
    await end('a', a);
    expect(inside).to.deep.equal(['a', 'nothing', 'b']);
    await end('nothing', nothing);
    await end('b', b);
  });
});
