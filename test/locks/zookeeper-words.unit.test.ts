import { expect } from 'chai';
import { JuteReader, JuteWriter } from '../../src/locks/zookeeper/jute.ts';
import { inOrder, lineOf } from '../../src/locks/zookeeper/zookeeper-line.ts';

describe('the words of ZooKeeper', () => {
  it('read back as they were written', () => {
    const written = new JuteWriter().int(-2).long(-3n).bool(true).text('zwölf').int(2);
    const frame = written.text('a').text('b').frame();
    expect(frame.readInt32BE()).to.equal(frame.length - 4);
    const read = new JuteReader(frame.subarray(4));
    expect([read.int(), read.long(), read.bool(), read.text()]).to.deep.equal([
      -2,
      -3n,
      true,
      'zwölf',
    ]);
    expect(read.texts()).to.deep.equal(['a', 'b']);
    expect(() => read.int()).to.throw(RangeError);
  });

  it('are refused when a length points past the end', () => {
    const cut = new JuteReader(new JuteWriter().int(50).frame().subarray(4));
    expect(() => cut.text()).to.throw(RangeError);
  });

  it('order a line by its numbers, also where they pass their highest', () => {
    expect(inOrder(['z-lock-0000000002', 'a-lock-0000000010', 'm-lock-0000000009'])).to.deep.equal([
      'z-lock-0000000002',
      'm-lock-0000000009',
      'a-lock-0000000010',
    ]);
    const [low, high, last] = ['a-lock--2147483648', 'b-lock-2147483647', 'c-lock--000000005'];
    expect(inOrder([low, high])).to.deep.equal([high, low]);
    expect(inOrder([last, low])).to.deep.equal([low, last]);
    expect(inOrder(['d-lock-0000000003', last])).to.deep.equal([last, 'd-lock-0000000003']);
  });

  it('make one step of a path from any name, and another for any other name', () => {
    expect(lineOf('lock:goods:', '7')).to.equal('/holdfast-locks/lock:goods:7');
    const names = ['a/b', 'a%2fb', '.', '..', 'ä', 'a b', '\ud800', '😀'];
    const lines = names.map((name) => lineOf('', name));
    expect(new Set(lines).size).to.equal(names.length);
    for (const line of lines) expect(line).to.match(/^\/holdfast-locks\/[\w%:-]+$/);
  });
});
