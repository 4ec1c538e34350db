import { expect } from 'chai';
import { isRecentEnough, refusalOf } from '../../src/mysql/session.ts';

const STRICT = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';
const GOOD = { version: '10.11.19-MariaDB', mode: STRICT, packet: 16_777_216 };

describe('the database we are given', () => {
  for (const [version, answer] of [
    ['10.6.0-MariaDB', true],
    ['10.11.19-MariaDB-0+deb12u1', true],
    ['11.8.2-MariaDB', true],
    ['10.5.99-MariaDB', false],
    ['5.5.68-MariaDB', false],
    ['8.0.16', true],
    ['8.4.0', true],
    ['9.1.0-commercial', true],
    ['8.0.15', false],
    ['5.7.44-log', false],
    ['nonsense', false],
  ] as const) {
    it(`is ${answer ? 'recent enough' : 'too old'} as ${version}`, () => {
      expect(isRecentEnough(version)).to.equal(answer);
    });
  }

  it('is refused with the version found and the versions allowed', () => {
    const refusal = refusalOf({ ...GOOD, version: '5.7.44' });
    expect(refusal).to.include({ code: 'database-too-old', retryable: false });
    expect(refusal?.message).to.contain('5.7.44').and.contain('10.6').and.contain('8.0.16');
  });

  it('is refused when it would cut values to fit, or read backslashes otherwise', () => {
    for (const mode of ['', 'NO_ENGINE_SUBSTITUTION', `${STRICT},NO_BACKSLASH_ESCAPES`]) {
      expect(refusalOf({ ...GOOD, mode })?.code).to.equal('database-not-strict');
    }
  });

  it('is refused when it would cut the line in the middle of a large batch', () => {
    const refusal = refusalOf({ ...GOOD, packet: 8_388_607 });
    expect(refusal?.code).to.equal('database-packet-small');
    expect(refusal?.message).to.contain('8388607').and.contain('8388608');
    expect(refusalOf({ ...GOOD, packet: 8_388_608 })).to.equal(null);
  });

  it('is taken when it is recent and strict', () => {
    expect(refusalOf(GOOD)).to.equal(null);
  });
});
