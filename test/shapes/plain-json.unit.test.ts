import { expect } from 'chai';
import { handlingFault, keepingFault } from '../../src/shapes/index.ts';

/** As the network has it: nothing else makes a field that is really called `__proto__`. */
const json = (text: string): unknown => JSON.parse(text);
const nested = (levels: number): unknown => json('['.repeat(levels) + ']'.repeat(levels));

describe('a value that came as JSON', () => {
  it('is fine to keep as it usually is', () => {
    const usual = { a: [1, -2.5, 'text', '😀', null, true, {}], 'b c': { constructor: 'McLaren' } };
    expect(keepingFault(usual, 3)).to.equal(null);
    expect(keepingFault('text', 0)).to.equal(null);
  });

  it('may have so many levels and no more', () => {
    expect(handlingFault(nested(20), 20)).to.equal(null);
    expect(handlingFault(nested(21), 20)).to.equal('too many levels');
    expect(handlingFault(json(`{"a":${'{"a":'.repeat(20)}1${'}'.repeat(21)}`), 20)).to.equal(
      'too many levels',
    );
  });

  it('may be nested beyond all that a stack holds, and is refused like others', () => {
    expect(handlingFault(nested(400_000), 200)).to.equal('too many levels');
  });

  for (const text of [
    '{"__proto__":{"admin":true}}',
    '{"__proto__":null}',
    '{"a":[{"b":{"__proto__":1}}]}',
    '{"constructor":{"prototype":{"admin":true}}}',
    '[[{"constructor":{"prototype":1}}]]',
    '{"\\u005f_proto__":1}',
  ]) {
    it(`may not become a prototype: ${text}`, () => {
      const fault = 'a field name that would change what objects are';
      expect(handlingFault(json(text), 9)).to.equal(fault);
      expect(keepingFault(json(text), 9)).to.equal(fault);
    });
  }

  for (const [text, fault] of [
    ['{"a":1e400}', 'a number beyond all that can be kept'],
    ['[-1e999]', 'a number beyond all that can be kept'],
    ['{"a":"\\ud800"}', 'text with half a character'],
    ['{"a":["\\udc00x"]}', 'text with half a character'],
    ['{"\\ud800":1}', 'text with half a character'],
  ] as const) {
    it(`is not kept when it would come back as something else: ${text}`, () => {
      expect(keepingFault(json(text), 9)).to.equal(fault);
      expect(handlingFault(json(text), 9)).to.equal(null);
    });
  }
});
