import { expect } from 'chai';
import { gatherWrites } from '../../src/redis/gather-writes.ts';
import type { RedisClient } from '../../src/redis/index.ts';

describe('commands that are sent in one turn', () => {
  /** A connection that notes when it is held back and let go, beside what is sent. */
  function connection() {
    const notes: string[] = [];
    const note = (what: string) => () => void notes.push(what);
    const stream = { writable: true, cork: note('hold'), uncork: note('go') };
    const gather = gatherWrites({ stream } as unknown as RedisClient);
    const send = (command: string) => {
      gather();
      notes.push(command);
    };
    return { stream, notes, send };
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('leave at once when there is one', async () => {
    const { notes, send } = connection();
    send('a');
    await turn();
    send('b');
    await turn();
    expect(notes).to.deep.equal(['a', 'b']);
  });

  it('leave together from the second on, at the end of the turn', async () => {
    const { notes, send } = connection();
    for (const command of ['a', 'b', 'c']) send(command);
    await turn();
    send('d');
    await turn();
    expect(notes).to.deep.equal(['a', 'hold', 'b', 'c', 'go', 'd']);
  });

  it('are not held back on a connection that is gone', async () => {
    const { stream, notes, send } = connection();
    stream.writable = false;
    send('a');
    send('b');
    await turn();
    expect(notes).to.deep.equal(['a', 'b']);
  });
});
