import { expect } from 'chai';
import {
  CommitGroup,
  type CommitGroupOptions,
  type Otherwise,
  type Verdict,
} from '../../src/saga/commit-group.ts';
import type { Flight, Key, Waiting } from '../../src/saga/taken-batch.ts';
import { signal, until } from '../support/until.ts';

interface Running {
  readonly items: readonly string[];
  readonly flight: Flight;
  answer(verdicts: readonly Verdict<string>[]): void;
  done(): void;
  fail(error: unknown): void;
}

/** A group whose batches a test carries out by hand, on a clock it moves by hand. */
function groupByHand(limits: Partial<CommitGroupOptions<string, string>> = {}) {
  const running: Running[] = [];
  const clock = { ms: 0 };
  const run = (batch: readonly Waiting<string>[], flight: Flight) =>
    new Promise<readonly Verdict<string>[]>((answer, fail) => {
      const items = batch.map(({ item }) => item);
      const done = () => answer(items.map((item) => ({ kind: 'done', result: `${item}!` })));
      running.push({ items, flight, answer, done, fail });
    });
  const group = new CommitGroup<string, string>({
    run,
    monotonicMs: () => clock.ms,
    lanes: 2,
    patientLanes: 1,
    itemsMax: 10,
    keysMax: 10,
    patientAfter: 3,
    ...limits,
  });
  const submit = (
    item: string,
    keys: readonly Key[],
    kind = 'stock',
    otherwise?: Otherwise<string>,
  ) => group.submit(item, keys, kind, otherwise);
  const nth = async (index: number): Promise<Running> => {
    await until(() => running.length > index, 2000, `batch ${index}`);
    return running[index] as Running;
  };
  return { group, submit, nth, running, clock };
}

/** Lets everything that is ready happen. */
async function turn(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) {
    const next = signal();
    setImmediate(next.give);
    await next.given;
  }
}

const aside = (busy: readonly Key[], forMs: number): Verdict<string> => ({
  kind: 'aside',
  busy,
  forMs,
});

describe('a commit group', () => {
  it('sends together what was submitted together, and answers each its own', async () => {
    const { submit, nth } = groupByHand();
    const answers = Promise.all([submit('a', [1]), submit('b', [2]), submit('c', [1])]);
    const first = await nth(0);
    expect(first.items).to.deep.equal(['a', 'b', 'c']);
    first.done();
    expect(await answers).to.deep.equal(['a!', 'b!', 'c!']);
  });

  it('never has a key in two batches, and lets others pass', async () => {
    const { submit, nth, running } = groupByHand();
    const answers = [submit('a', [1])];
    await nth(0);
    answers.push(submit('b', [1, 2]), submit('c', [2]), submit('d', [3]));
    expect((await nth(1)).items).to.deep.equal(['d']);
    running[1]?.done();
    await turn();
    expect(running).to.have.length(2);
    running[0]?.done();
    expect((await nth(2)).items).to.deep.equal(['b', 'c']);
    running[2]?.done();
    await Promise.all(answers);
  });

  it('does not mix kinds in a batch', async () => {
    const { submit, nth } = groupByHand();
    const answers = [submit('a', ['o'], 'orders'), submit('b', [1]), submit('c', ['p'], 'orders')];
    expect((await nth(0)).items).to.deep.equal(['a', 'c']);
    expect((await nth(1)).items).to.deep.equal(['b']);
    (await nth(0)).done();
    (await nth(1)).done();
    await Promise.all(answers);
  });

  it('keeps batches within their limits of items and of goods', async () => {
    const few = groupByHand({ itemsMax: 2, lanes: 9 });
    for (const item of ['a', 'b', 'c']) void few.submit(item, [item]).catch(() => expect.fail());
    expect((await few.nth(0)).items).to.deep.equal(['a', 'b']);
    expect((await few.nth(1)).items).to.deep.equal(['c']);
    const narrow = groupByHand({ keysMax: 3, lanes: 9 });
    const wide = [1, 2, 3, 4, 5];
    for (const [item, keys] of [
      ['wide', wide],
      ['a', [6, 7]],
      ['b', [8, 'text', 'more text']],
      ['c', [9]],
    ] as const) {
      void narrow.submit(item, keys).catch(() => expect.fail());
    }
    expect((await narrow.nth(0)).items).to.deep.equal(['wide']);
    expect((await narrow.nth(1)).items).to.deep.equal(['a', 'b']);
    expect((await narrow.nth(2)).items).to.deep.equal(['c']);
  });

  it('counts an item as often as it weighs', async () => {
    const heavy = groupByHand({ itemsMax: 4, weightOf: (item) => item.length });
    for (const item of ['aa', 'b', 'cc', 'd']) void heavy.submit(item, [item]);
    expect((await heavy.nth(0)).items).to.deep.equal(['aa', 'b', 'cc']);
    expect((await heavy.nth(1)).items).to.deep.equal(['d']);
  });

  it('rejects every item of a batch that fails, and goes on', async () => {
    const { submit, nth } = groupByHand();
    const answers = Promise.allSettled([submit('a', [1]), submit('b', [2])]);
    (await nth(0)).fail(new Error('away'));
    expect((await answers).map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    const next = submit('c', [1]);
    (await nth(1)).done();
    expect(await next).to.equal('c!');
  });

  it('rejects the item whose verdict says so, or that got none', async () => {
    const { submit, nth } = groupByHand();
    const answers = Promise.allSettled([submit('a', [1]), submit('b', [2]), submit('c', [3])]);
    (await nth(0)).answer([
      { kind: 'failed', error: new Error('not this one') },
      { kind: 'done', result: 'fine' },
    ]);
    const [a, b, c] = await answers;
    expect((a as PromiseRejectedResult).reason.message).to.equal('not this one');
    expect(b).to.deep.equal({ status: 'fulfilled', value: 'fine' });
    expect((c as PromiseRejectedResult).reason.message).to.contain('fewer verdicts');
  });
});

describe('an item that is set aside', () => {
  it('keeps only its busy keys from those behind it', async () => {
    const { submit, nth, running, clock } = groupByHand();
    const answers = [submit('a', [1, 2])];
    (await nth(0)).answer([aside([1], 5)]);
    await turn();
    answers.push(submit('b', [2]), submit('c', [1]));
    expect((await nth(1)).items).to.deep.equal(['b']);
    running[1]?.done();
    clock.ms = 5;
    expect((await nth(2)).items).to.deep.equal(['a', 'c']);
    running[2]?.done();
    expect(await Promise.all(answers)).to.deep.equal(['a!', 'b!', 'c!']);
  });

  it('goes on when its time has come, though others were refused a look meanwhile', async () => {
    const { submit, nth, running, clock } = groupByHand();
    const answers = [submit('a', [1])];
    (await nth(0)).answer([aside([1], 20)]);
    await turn();
    answers.push(submit('b', [1]));
    await turn();
    // Its time is over, and before its alarm rings somebody else comes for the same key.
    clock.ms = 21;
    answers.push(submit('c', [1]));
    expect((await nth(1)).items).to.deep.equal(['a', 'b', 'c']);
    running[1]?.done();
    await Promise.all(answers);
  });

  it('queues with its own set of goods alone once it was refused several times', async () => {
    const { submit, nth, clock } = groupByHand({ lanes: 1 });
    const answers = [submit('a', [1])];
    for (let refusal = 0; refusal < 3; refusal += 1) {
      (await nth(refusal)).answer([aside([1], 1)]);
      await turn();
      clock.ms += 1;
    }
    const queued = await nth(3);
    expect(queued.items).to.deep.equal(['a']);
    answers.push(submit('b', [2]), submit('c', [1]));
    const other = await nth(4);
    expect(other.items).to.deep.equal(['b']);
    other.done();
    queued.done();
    (await nth(5)).done();
    expect(await Promise.all(answers)).to.deep.equal(['a!', 'b!', 'c!']);
  });

  it('wakes up for an item whose time comes while it looks through the line', async () => {
    let ms = 0;
    const answers = [aside([1], 5), { kind: 'done', result: 'a!' } as const];
    const group = new CommitGroup<string, string>({
      run: (batch) => Promise.resolve(batch.map(() => answers.shift() ?? aside([1], 5))),
      // Three looks at the clock are enough for the time to come between two of them.
      monotonicMs: () => {
        ms += 3;
        return ms;
      },
      lanes: 2,
      patientLanes: 1,
      itemsMax: 10,
      keysMax: 10,
      patientAfter: 3,
    });
    expect(await group.submit('a', [1], 'stock')).to.equal('a!');
  });
});

describe('an item that can go otherwise', () => {
  const alone = { item: 'alone', keys: ['o'], kind: 'orders', afterMs: 100 };

  it('does so as soon as somebody else holds its keys', async () => {
    const { submit, nth } = groupByHand();
    const answers = [submit('a', ['o', 1], 'stock', alone), submit('b', [2])];
    (await nth(0)).answer([aside([1], 1000), { kind: 'done', result: 'b!' }]);
    expect((await nth(1)).items).to.deep.equal(['alone']);
    (await nth(1)).done();
    expect(await Promise.all(answers)).to.deep.equal(['alone!', 'b!']);
  });

  it('does so when it has waited long for those that queue before it', async () => {
    const { submit, nth, running, clock } = groupByHand();
    const answers = [submit('a', [1])];
    await nth(0);
    answers.push(submit('b', ['o', 1], 'stock', alone), submit('c', [1]));
    clock.ms = 99;
    await turn();
    expect(running).to.have.length(1);
    clock.ms = 100;
    // Nothing ends and nobody comes: its own alarm wakes it.
    expect((await nth(1)).items).to.deep.equal(['alone']);
    running[1]?.done();
    running[0]?.done();
    expect((await nth(2)).items).to.deep.equal(['c']);
    running[2]?.done();
    expect(await Promise.all(answers)).to.deep.equal(['a!', 'alone!', 'c!']);
  });

  it('goes as it is when nothing is in its way', async () => {
    const { submit, nth, clock, running } = groupByHand();
    const answer = submit('a', ['o', 1], 'stock', alone);
    expect((await nth(0)).items).to.deep.equal(['a']);
    clock.ms = 1000;
    await turn();
    expect(running).to.have.length(1);
    running[0]?.done();
    expect(await answer).to.equal('a!');
  });
});

describe('a batch that follows another', () => {
  const group = () => groupByHand({ lanes: 3, followFrom: 2 });

  it('goes when it is let, takes the goods over, and gives them back at its own end', async () => {
    const { submit, nth, running } = group();
    const answers = [submit('a', ['o', 7])];
    const first = await nth(0);
    answers.push(submit('b', ['p', 7]), submit('c', ['q', 7]));
    await turn();
    expect(running).to.have.length(1);
    first.flight.letFollow();
    const second = await nth(1);
    expect(second.items).to.deep.equal(['b', 'c']);
    expect(second.flight.follows).to.equal(first.flight);
    first.done();
    await turn();
    answers.push(submit('d', ['r', 7]));
    await turn();
    expect(running).to.have.length(2);
    second.done();
    expect((await nth(2)).items).to.deep.equal(['d']);
    expect((await nth(2)).flight.follows).to.equal(undefined);
    (await nth(2)).done();
    await Promise.all(answers);
  });

  it('is not worth its while for a few, who wait; others go meanwhile', async () => {
    const { submit, nth, running } = group();
    const answers = [submit('a', [7])];
    const first = await nth(0);
    first.flight.letFollow();
    answers.push(submit('b', [7]), submit('c', [8]));
    expect((await nth(1)).items).to.deep.equal(['c']);
    running[1]?.done();
    first.done();
    expect((await nth(2)).items).to.deep.equal(['b']);
    running[2]?.done();
    await Promise.all(answers);
  });

  it('wants nothing but goods of that one, and no order of it', async () => {
    const { submit, nth, running } = group();
    const answers = [submit('a', ['o', 7, 8]), submit('x', ['z', 9])];
    const first = await nth(0);
    first.flight.letFollow();
    answers.push(submit('same order', ['o', 7]), submit('behind it', ['p', 7]));
    answers.push(submit('more goods', ['q', 8, 10]), submit('behind them', ['r', 8]));
    await turn();
    expect(running).to.have.length(1);
    first.done();
    expect((await nth(1)).items).to.deep.equal([
      'same order',
      'behind it',
      'more goods',
      'behind them',
    ]);
    running[1]?.done();
    await Promise.all(answers);
  });

  it('does not keep those before it in memory', async () => {
    const { submit, nth } = group();
    const answers = [submit('a', [7])];
    const first = await nth(0);
    first.flight.letFollow();
    answers.push(submit('b', [7]), submit('c', [7]));
    const second = await nth(1);
    second.done();
    await turn();
    expect(second.flight.follows).to.equal(undefined);
    first.done();
    await Promise.all(answers);
  });
});
