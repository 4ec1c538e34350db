import { expect } from 'chai';
import { inOneTrip, together } from '../../src/mysql/one-trip.ts';

describe('statements that are asked for in one turn', () => {
  function fixture(answer: (text: string) => Promise<unknown>) {
    const trips: { text: string; values: readonly unknown[] }[] = [];
    const run = inOneTrip((text, values) => {
      trips.push({ text, values });
      return answer(text);
    });
    return { trips, run };
  }

  it('go together, in the order they were asked, and each gets its own answer', async () => {
    const { trips, run } = fixture(async () => ['first', 'second']);
    const answers = await Promise.all([run('a = ?', [1]), run('b = ?, ?', [2, 3])]);
    expect(answers).to.deep.equal(['first', 'second']);
    expect(trips).to.deep.equal([{ text: 'a = ?;\nb = ?, ?', values: [1, 2, 3] }]);
  });

  it('go alone when the one before was waited for', async () => {
    const { trips, run } = fixture(async (text) => text);
    expect(await run('a', [])).to.equal('a');
    expect(await run('b', [])).to.equal('b');
    expect(trips.map(({ text }) => text)).to.deep.equal(['a', 'b']);
  });

  it('all fail when their trip fails', async () => {
    const { run } = fixture(() => Promise.reject(new Error('deadlock')));
    const settled = await Promise.allSettled([run('a', []), run('b', [])]);
    expect(settled.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
  });

  it('go in several trips when they are too long for one packet, still in order', async () => {
    const { trips, run } = fixture(async (text) => text.split(';\n'));
    const long = 'x'.repeat(1_500_000);
    await Promise.all([run('a', [[[long]]]), run('b', [1]), run('c', [long]), run('d', [])]);
    expect(trips.map(({ text }) => text)).to.deep.equal(['a;\nb', 'c;\nd']);
  });

  it('are not sent after a trip before them has failed', async () => {
    const { trips, run } = fixture(() => Promise.reject(new Error('deadlock')));
    const long = 'x'.repeat(1_500_000);
    const settled = await Promise.allSettled([run('a', [long]), run('b', [long])]);
    expect(settled.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    expect(trips.map(({ text }) => text)).to.deep.equal(['a']);
  });

  it('are all waited for before the first failure is thrown', async () => {
    let ended = false;
    const slow = Promise.resolve().then(() => {
      ended = true;
    });
    const error = await together([Promise.reject(new Error('first')), slow]).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.have.property('message', 'first');
    expect(ended).to.equal(true);
  });
});
