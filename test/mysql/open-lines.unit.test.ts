import { expect } from 'chai';
import { EventEmitter } from 'node:events';
import { DISPOSED, OpenLines } from '../../src/mysql/open-lines.ts';
import type { RawConnection } from '../../src/mysql/session.ts';

describe('the connections to a server that takes no writes any more', () => {
  const connection = () => ({ stream: new EventEmitter() }) as unknown as RawConnection;

  it('are all left at the first refusal, and for no other reason', () => {
    for (const [errno, leaves] of [
      [1290, true],
      [1836, true],
      [1213, false],
      [1792, false],
      [undefined, false],
    ] as const) {
      const lines = new OpenLines();
      const pool = [connection(), connection()];
      for (const one of pool) lines.add(one);
      lines.leaveIfReadOnly({ errno });
      const left = pool.filter((one) => Reflect.has(one, DISPOSED));
      expect(left, String(errno)).to.have.length(leaves ? 2 : 0);
    }
  });

  it('are left once: what was made since then stays', () => {
    const lines = new OpenLines();
    lines.add(connection());
    lines.leaveIfReadOnly({ errno: 1290 });
    const next = connection();
    lines.add(next);
    expect(Reflect.has(next, DISPOSED)).to.equal(false);
  });
});
