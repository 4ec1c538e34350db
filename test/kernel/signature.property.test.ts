import { expect } from 'chai';
import fc from 'fast-check';
import { isSigned, signatureOf } from '../../src/kernel/index.ts';

const bodies = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const secrets = fc.uniqueArray(fc.string({ minLength: 16, maxLength: 40 }), {
  minLength: 1,
  maxLength: 4,
});
const times = fc.integer({ min: 0, max: 4_000_000_000 });

describe('any signed message', () => {
  it('is believed by whoever shares a secret with its sender', () => {
    fc.assert(
      fc.property(bodies, secrets, times, fc.nat(), (body, known, now, pick) => {
        const one = known[pick % known.length] ?? '';
        expect(isSigned(signatureOf(known, body, now), body, [one], now)).to.equal('ok');
        expect(isSigned(signatureOf([one], body, now), body, known, now)).to.equal('ok');
      }),
    );
  });

  it('is refused when a single byte of it has changed', () => {
    const change = fc.integer({ min: 1, max: 255 });
    fc.assert(
      fc.property(bodies, secrets, times, fc.nat(), change, (body, known, now, at, by) => {
        const mutated = Buffer.from(body);
        const index = at % body.length;
        mutated[index] = (body[index] ?? 0) ^ by;
        const header = signatureOf(known, body, now);
        expect(isSigned(header, mutated, known, now)).to.equal('wrong');
      }),
    );
  });

  it('is never believed when a character of its header has changed', () => {
    const character = fc.string({ minLength: 1, maxLength: 1 });
    fc.assert(
      fc.property(bodies, times, fc.nat(), character, (body, now, at, text) => {
        const header = signatureOf(['the-secret-of-the-shop'], body, now);
        const index = at % header.length;
        const changed = header.slice(0, index) + text + header.slice(index + 1);
        fc.pre(changed !== header);
        const verdict = isSigned(changed, body, ['the-secret-of-the-shop'], now);
        expect(verdict).to.be.oneOf(['malformed', 'wrong']);
      }),
    );
  });

  it('is answered, not thrown at, whatever the header holds', () => {
    const pieces = fc.constantFrom('t=', 'v1=', ',', '=', 't=5', `v1=${'0'.repeat(64)}`, ' ');
    const garbage = fc.array(fc.oneof(pieces, fc.string()), { maxLength: 12 });
    fc.assert(
      fc.property(garbage, bodies, secrets, (parts, body, known) => {
        const header = parts.join('');
        const expected = header === '' ? ['missing'] : ['malformed', 'wrong'];
        expect(isSigned(header, body, known, 5)).to.be.oneOf(expected);
      }),
    );
  });
});
