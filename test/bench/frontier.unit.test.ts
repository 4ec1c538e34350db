import { expect } from 'chai';
import { Frontier } from '../../bench/saga-preloaded.ts';

const seen = (...seqs: number[]) => seqs.map((seq) => ({ seq, orderId: `o${seq}` }));

describe('the orders that a driver has seen', () => {
  it('are told once, however often they are seen', () => {
    const frontier = new Frontier(10);
    expect(frontier.take(seen(11, 12))).to.deep.equal(['o11', 'o12']);
    expect(frontier.take(seen(12, 13))).to.deep.equal(['o13']);
    expect(frontier).to.include({ seq: 13, count: 3 });
  });

  it('leave the place of one whose batch commits later', () => {
    const frontier = new Frontier(0);
    frontier.take(seen(1, 3, 4));
    expect(frontier.seq).to.equal(1);
    expect(frontier.take(seen(2, 3, 4))).to.deep.equal(['o2']);
    expect(frontier).to.include({ seq: 4, count: 4 });
  });
});
