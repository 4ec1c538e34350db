import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { isSigned, signatureOf } from '../../src/kernel/index.ts';

const NOW = 1_700_000_000;
const SECRET = 'an-old-secret-of-the-shop';
const OTHER = 'a-new-secret-of-the-shop';
const body = Buffer.from('{"orderId":"o1"}');
const header = signatureOf([SECRET], body, NOW);
const hex = 'a'.repeat(64);

describe('the signature of a message', () => {
  it('is the hmac of time, dot and body, as anybody can compute it', () => {
    const hmac = createHmac('sha256', SECRET).update(`${NOW}.{"orderId":"o1"}`).digest('hex');
    expect(header).to.equal(`t=${NOW},v1=${hmac}`);
    expect(signatureOf([SECRET], body.toString(), NOW + 0.9)).to.equal(header);
  });

  it('is believed within 300 seconds either way, and not at 301', () => {
    const at = (seconds: number) => isSigned(header, body, [SECRET], NOW + seconds);
    expect([at(0), at(300), at(-300)]).to.deep.equal(['ok', 'ok', 'ok']);
    expect([at(301), at(-301)]).to.deep.equal(['too-old', 'too-old']);
  });

  it('does not tell a stranger that it is old', () => {
    expect(isSigned(header, body, [OTHER], NOW + 301)).to.equal('wrong');
  });

  it('is refused when the body, the time or the secret is another', () => {
    expect(isSigned(header, Buffer.from('{"orderId":"o2"}'), [SECRET], NOW)).to.equal('wrong');
    expect(isSigned(header, Buffer.alloc(0), [SECRET], NOW)).to.equal('wrong');
    expect(isSigned(header, body, [OTHER], NOW)).to.equal('wrong');
    expect(isSigned(header, body, [], NOW)).to.equal('wrong');
    const later = header.replace(`t=${NOW}`, `t=${NOW + 1}`);
    expect(isSigned(later, body, [SECRET], NOW)).to.equal('wrong');
  });

  it('holds while secrets change, on either side first', () => {
    const both = signatureOf([OTHER, SECRET], body, NOW);
    expect(both.match(/v1=/g)).to.have.length(2);
    expect(isSigned(both, body, [SECRET], NOW)).to.equal('ok');
    expect(isSigned(both, body, [OTHER], NOW)).to.equal('ok');
    expect(isSigned(header, body, [OTHER, SECRET], NOW)).to.equal('ok');
  });

  it('may be missing', () => {
    expect(isSigned(undefined, body, [SECRET], NOW)).to.equal('missing');
    expect(isSigned('', body, [SECRET], NOW)).to.equal('missing');
  });

  it('may stand beside parts of another scheme', () => {
    expect(isSigned(`${header}, v2=later`, body, [SECRET], NOW)).to.equal('ok');
  });

  it('is malformed without one time and at least one whole signature', () => {
    const malformed = [
      'garbage',
      ',,,',
      `t=${NOW}`,
      `v1=${hex}`,
      `t=${NOW},v1=`,
      `t=${NOW},v1=${hex.slice(1)}`,
      `t=${NOW},v1=${hex}a`,
      `t=${NOW},v1=${hex.toUpperCase()}`,
      `t=${NOW},t=${NOW},v1=${hex}`,
      `t=,v1=${hex}`,
      `t=-1,v1=${hex}`,
      `t=1e9,v1=${hex}`,
      `t=0${NOW},v1=${hex}`,
      `t=${'9'.repeat(20)},v1=${hex}`,
    ];
    for (const text of malformed) {
      expect(isSigned(text, body, [SECRET], NOW), text).to.equal('malformed');
    }
  });

  it('is not looked for in a header of 10 kB, nor among seventeen', () => {
    const long = `${header},${'x'.repeat(10_000)}`;
    expect(isSigned(long, body, [SECRET], NOW)).to.equal('malformed');
    const many = `${header}${`,v1=${hex}`.repeat(16)}`;
    expect(isSigned(many, body, [SECRET], NOW)).to.equal('malformed');
    expect(isSigned(many.slice(0, -68), body, [SECRET], NOW)).to.equal('ok');
  });
});
