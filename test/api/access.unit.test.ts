import { expect } from 'chai';
import { bearerToken, createAccess, type Role, rolesAllow } from '../../src/api/access.ts';

const access = createAccess({
  producer: ['producer-token-1', 'producer-token-2'],
  payments: ['payments-token-1'],
  viewer: ['viewer-token-001'],
  operator: ['operator-token-1'],
});

describe('the access by tokens', () => {
  it('knows the role of every token, also of a second one', () => {
    const asked = ['producer-token-1', 'producer-token-2', 'payments-token-1', 'viewer-token-001'];
    expect([...asked, 'operator-token-1'].map((token) => access.roleOf(token))).to.deep.equal([
      'producer',
      'producer',
      'payments',
      'viewer',
      'operator',
    ]);
  });

  it('knows no role of a token that is cut, longer, empty or of other case', () => {
    for (const token of [
      '',
      'producer-token-',
      'producer-token-11',
      'Producer-token-1',
      ' producer-token-1',
      'producer-token-1,producer-token-2',
    ]) {
      expect(access.roleOf(token), token).to.equal(null);
    }
  });

  it('lets nobody in when no tokens were given', () => {
    const closed = createAccess({ producer: [], payments: [], viewer: [], operator: [] });
    expect(closed.roleOf('')).to.equal(null);
    expect(closed.roleOf('undefined')).to.equal(null);
  });

  it('gives a token that stands twice the role that may more', () => {
    const twice = createAccess({ producer: ['t'], payments: [], viewer: ['t'], operator: ['t'] });
    expect(twice.roleOf('t')).to.equal('operator');
  });
});

describe('the roles', () => {
  const cases: readonly [Role, readonly Role[], boolean][] = [
    ['producer', ['producer'], true],
    ['producer', ['viewer', 'producer'], true],
    ['producer', ['operator'], false],
    ['viewer', ['operator'], false],
    ['operator', ['viewer'], true],
    ['operator', ['producer'], false],
    ['operator', [], false],
  ];
  for (const [role, allowed, answer] of cases) {
    const what = answer ? 'let in' : 'keep out';
    it(`${what} ${role} where ${allowed.join(' and ') || 'nobody'} may`, () => {
      expect(rolesAllow(role, allowed)).to.equal(answer);
    });
  }
});

describe('the token of a header', () => {
  it('is what follows the word bearer, in any case', () => {
    for (const header of ['Bearer abc.-_~+/=', 'bearer abc.-_~+/=', ' BEARER   abc.-_~+/= ']) {
      expect(bearerToken(header), header).to.equal('abc.-_~+/=');
    }
  });

  it('is none in anything else', () => {
    for (const header of [undefined, '', 'Bearer', 'Bearer ', 'Basic abc', 'abc', 'Bearer a b']) {
      expect(bearerToken(header), header).to.equal(null);
    }
    expect(bearerToken('Bearer a, Bearer b')).to.equal(null);
  });
});
