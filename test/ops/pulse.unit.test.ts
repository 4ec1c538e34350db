import { expect } from 'chai';
import { databaseTimeOf, ManualClock } from '../../src/kernel/index.ts';
import { Pulse } from '../../src/ops/pulse.ts';
import {
  emptySecond,
  secondOfText,
  shownSecond,
  textOfSecond,
  together,
} from '../../src/ops/pulse-second.ts';
import { awaitedOrder } from '../../src/orders/index.ts';
import type { Commit, CommitListener } from '../../src/saga/index.ts';
import { newSagaStats } from '../../src/saga/saga-stats.ts';

const START_MS = 1_700_000_000_000;
const START = START_MS / 1000;

function pulseRoom() {
  const clock = new ManualClock(START_MS);
  const stats = newSagaStats();
  let listener: CommitListener = () => undefined;
  const onCommit = (listen: CommitListener) => {
    listener = listen;
    return () => {
      listener = () => undefined;
    };
  };
  const counting = new Pulse({ onCommit, stats }, clock);
  const pulse = {
    counting,
    since: (at: number) => counting.since(at).map(shownSecond),
    close: () => counting.close(),
  };
  const commit = (states: readonly ('reserved' | 'paid' | 'rejected')[], agoMs = 10): void => {
    const now = databaseTimeOf(clock.wallMs());
    const placedAt = databaseTimeOf(clock.wallMs() - agoMs);
    const orders: Commit['orders'] = states.map((state, at) => ({
      from: 'placed',
      order: { ...awaitedOrder(`o-${at}`, 900), state, placedAt },
    }));
    listener({ now, events: states.length, orders, stock: [], payments: [] });
  };
  return { clock, stats, pulse, commit };
}

describe('the pulse of a process', () => {
  it('counts what became of orders, second by second', () => {
    const { clock, pulse, commit } = pulseRoom();
    commit(['reserved', 'reserved', 'rejected']);
    commit(['reserved']);
    clock.advance(2000);
    commit(['rejected']);
    const [first, second, ...more] = pulse.since(0);
    expect(first).to.deep.include({ at: START, outcomes: { reserved: 3, rejected: 1 } });
    expect(first).to.include({ batches: 2, events: 4, largest: 3 });
    expect(second).to.deep.include({ at: START + 2, outcomes: { rejected: 1 }, p50: null });
    expect(more).to.deep.equal([]);
    expect(pulse.since(START + 1).map(({ at }) => at)).to.deep.equal([START + 2]);
  });

  it('tells how long reserving took, a tenth more or less', () => {
    const { pulse, commit } = pulseRoom();
    for (let at = 0; at < 97; at += 1) commit(['reserved'], 40);
    for (let at = 0; at < 3; at += 1) commit(['reserved'], 900);
    const [{ p50, p99 } = { p50: 0, p99: 0 }] = pulse.since(0);
    expect(p50).to.be.within(40, 44);
    expect(p99).to.be.within(900, 990);
  });

  it('gives the waits for locks to the second in which they ended', () => {
    const { clock, stats, pulse, commit } = pulseRoom();
    commit(['reserved']);
    Object.assign(stats, { lockWaitMs: 30, lockRounds: 2 });
    clock.advance(1000);
    commit(['reserved']);
    Object.assign(stats, { lockWaitMs: 35, lockRounds: 3 });
    const waits = pulse.since(0).map(({ lockWaitMs, lockRounds }) => [lockWaitMs, lockRounds]);
    expect(waits).to.deep.equal([
      [30, 2],
      [5, 1],
    ]);
  });

  it('forgets what is older than five minutes, and hears nothing once it is closed', () => {
    const { clock, pulse, commit } = pulseRoom();
    commit(['paid']);
    clock.advance(301_000);
    commit(['paid']);
    expect(pulse.since(0).map(({ at }) => at)).to.deep.equal([START + 301]);
    pulse.close();
    commit(['paid']);
    expect(pulse.since(0)[0]?.events).to.equal(1);
  });

  it('is told as text, and put together with others as if one had counted', () => {
    const [one, other, both] = [pulseRoom(), pulseRoom(), pulseRoom()];
    for (const [room, agoMs, times] of [
      [one, 20, 60],
      [other, 500, 40],
    ] as const) {
      for (let at = 0; at < times; at += 1) {
        room.commit(['reserved', 'rejected'], agoMs);
        both.commit(['reserved', 'rejected'], agoMs);
      }
      room.commit(['paid', 'paid', 'paid'], agoMs);
      both.commit(['paid', 'paid', 'paid'], agoMs);
      Object.assign(room.stats, { lockWaitMs: 30, lockRounds: 2, lockBusy: 1 });
    }
    Object.assign(both.stats, { lockWaitMs: 60, lockRounds: 4, lockBusy: 2 });
    const told = [one, other].flatMap(({ pulse }) => pulse.counting.since(0)).map(textOfSecond);
    const heard = told.map(secondOfText).filter((second) => second !== null);
    expect(shownSecond(together(heard))).to.deep.equal(both.pulse.since(0)[0]);
  });

  it('tells a second when it is over, and never again what was told', () => {
    const { clock, pulse, commit } = pulseRoom();
    commit(['paid']);
    expect(pulse.counting.overSince(0)).to.deep.equal([]);
    clock.advance(1000);
    commit(['paid']);
    expect(pulse.counting.overSince(0).map(({ at }) => at)).to.deep.equal([START]);
    expect(pulse.counting.overSince(START)).to.deep.equal([]);
  });

  it('leaves out what no process wrote', () => {
    const text = textOfSecond(emptySecond(START));
    expect(secondOfText(text)).to.include({ at: START, events: 0 });
    for (const broken of [
      '',
      'null',
      '[]',
      text.replace('"events":0', '"events":-1'),
      text.replace('"events":0', '"events":"0"'),
      text.replace('"times":[]', '"times":[[1e9,1]]'),
      text.replace('"times":[]', '"times":7'),
      text.replace('"outcomes":{}', '"outcomes":null'),
    ]) {
      expect(secondOfText(broken), broken).to.equal(null);
    }
  });
});
