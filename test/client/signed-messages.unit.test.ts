import { expect } from 'chai';
import { type HoldfastError, signPayment, verifyNotice } from '../../src/client/index.ts';
import { isSigned, signatureOf, systemClock } from '../../src/kernel/index.ts';

const BODY = '{"id":"n-1","kind":"order.paid"}';
const now = () => systemClock.wallMs() / 1000;

describe('the notice of a request', () => {
  const verdict = (...given: Parameters<typeof verifyNotice>): unknown => {
    try {
      return verifyNotice(...given);
    } catch (error) {
      const { code, details } = error as HoldfastError;
      return `${code} ${String(details['verdict'])}`;
    }
  };

  it('is what a signed body says', () => {
    const header = signatureOf(['one'], BODY, now());
    expect(verifyNotice(BODY, header, ['other', 'one'])).to.deep.equal(JSON.parse(BODY));
    expect(verifyNotice(Buffer.from(BODY), header, ['one'])).to.include({ id: 'n-1' });
  });

  it('is thrown out when it is not signed with a secret of ours, or changed, or old', () => {
    const header = signatureOf(['one'], BODY, now());
    expect(verdict(BODY, header, ['two'])).to.equal('bad-signature wrong');
    expect(verdict(`${BODY} `, header, ['one'])).to.equal('bad-signature wrong');
    expect(verdict(BODY, undefined, ['one'])).to.equal('bad-signature missing');
    expect(verdict(BODY, 'signed', ['one'])).to.equal('bad-signature malformed');
    expect(verdict(BODY, header, [])).to.equal('bad-signature wrong');
    const old = signatureOf(['one'], BODY, now() - 400);
    expect(verdict(BODY, old, ['one'])).to.equal('bad-signature too-old');
  });

  it('may be as old as its receiver allows', () => {
    const old = signatureOf(['one'], BODY, now() - 400);
    expect(verdict(BODY, old, ['one'], { toleranceSeconds: 500 })).to.include({ id: 'n-1' });
    const young = signatureOf(['one'], BODY, now() - 20);
    const strict = verdict(BODY, young, ['one'], { toleranceSeconds: 10 });
    expect(strict).to.equal('bad-signature too-old');
  });
});

describe('the signature of a payment', () => {
  it('is what the webhook asks for', () => {
    const header = signPayment(BODY, 'one', 1_700_000_000);
    expect(header).to.match(/^t=1700000000,v1=[0-9a-f]{64}$/);
    expect(isSigned(header, Buffer.from(BODY), ['one'], 1_700_000_000)).to.equal('ok');
    expect(isSigned(signPayment(BODY, 'one'), Buffer.from(BODY), ['one'], now())).to.equal('ok');
  });
});
