import { expect } from 'chai';
import fc from 'fast-check';
import { databaseTimeOf, isoOf, millisOf, secondsAfter } from '../../src/kernel/index.ts';

describe('the time as the database writes it', () => {
  it('goes on by seconds and keeps its microseconds', () => {
    expect(secondsAfter('2026-11-20 12:00:00.000001', 900)).to.equal('2026-11-20 12:15:00.000001');
    expect(secondsAfter('2026-12-31 23:59:59.999999', 1)).to.equal('2027-01-01 00:00:00.999999');
    expect(secondsAfter('2028-02-28 00:00:00.5', 86_400)).to.equal('2028-02-29 00:00:00.5');
  });

  it('does not know summer time', () => {
    expect(secondsAfter('2026-03-29 00:59:59.000000', 1)).to.equal('2026-03-29 01:00:00.000000');
    expect(millisOf('2026-03-29 02:30:00.000000')).to.equal(1_774_751_400_000);
  });

  it('is read as UTC', () => {
    expect(millisOf('1970-01-01 00:00:01.250000')).to.equal(1250);
    expect(isoOf('2026-11-20 12:00:00.250000')).to.equal('2026-11-20T12:00:00.250000Z');
  });

  it('comes back as it went, for every millisecond that can be', () => {
    const most = 253_402_300_799_999;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: most }), (ms) => {
        expect(millisOf(databaseTimeOf(ms))).to.equal(ms);
      }),
    );
  });

  it('orders as text as it orders as time', () => {
    const time = fc.integer({ min: 0, max: 4e12 });
    fc.assert(
      fc.property(time, time, (one, other) => {
        expect(databaseTimeOf(one) < databaseTimeOf(other)).to.equal(one < other);
      }),
    );
  });
});
