import { expect } from 'chai';
import { firstAsked } from '../../src/locks/first-asked.ts';

const node = { usable: true, lags: false };
const down = { usable: false, lags: false };
const late = { usable: true, lags: true };

describe('the nodes that are asked first', () => {
  const five = [node, node, node, node, node];
  const names = Array.from({ length: 100 }, (_, index) => `goods:${index}`);

  it('are a bare quorum, and the same whenever the same name is asked for', () => {
    for (const name of names) {
      const first = firstAsked(five, 3, name);
      expect(first.size).to.equal(3);
      expect([...firstAsked(five, 3, name)]).to.deep.equal([...first]);
    }
  });

  it('are other ones for other names, so that each node has its share', () => {
    const asked = names.flatMap((name) => [...firstAsked(five, 3, name)]);
    for (const index of five.keys()) {
      expect(asked.filter((each) => each === index).length).to.be.within(40, 80);
    }
  });

  it('are never those whose vote does not count', () => {
    for (const name of names) {
      const first = firstAsked([node, down, node, node, down], 3, name);
      expect([...first]).to.have.members([0, 2, 3]);
    }
  });

  it('are those that owe an answer only when there are no others', () => {
    for (const name of names) {
      expect([...firstAsked([late, node, node, node, late], 3, name)]).to.have.members([1, 2, 3]);
      expect([...firstAsked([late, late, node, node, down], 3, name)]).to.include.members([2, 3]);
    }
  });

  it('are all of them when those that count are no quorum', () => {
    const first = firstAsked([node, down, down, node, down], 3, 'a');
    expect([...first]).to.have.members([0, 1, 2, 3, 4]);
  });
});
