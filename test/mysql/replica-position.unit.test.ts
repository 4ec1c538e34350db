import { expect } from 'chai';
import { covers } from '../../src/mysql/replica-position.ts';

describe('the position of a replica', () => {
  it('of MariaDB has all up to its number, of each domain by itself', () => {
    for (const [replica, primary, has] of [
      ['0-1-100', '0-1-100', true],
      ['0-1-99', '0-1-100', false],
      ['0-2-9', '0-1-10', false], // as numbers, not as texts
      ['0-2-101', '0-1-100', true], // whoever wrote it
      ['0-1-100', '0-1-100,1-1-5', false],
      ['0-1-100,1-1-5', '1-1-5', true],
      ['0-1-18446744073709551614', '0-1-18446744073709551615', false],
    ] as const) {
      expect(covers(replica, primary), `${replica} has ${primary}`).to.equal(has);
    }
  });

  it('of MySQL has what is in its sets', () => {
    const [one, other] = [
      '3e11fa47-71ca-11e1-9e33-c80aa9429562',
      '4350f323-7565-4e59-8763-4b1b83a0ce0e',
    ];
    for (const [replica, primary, has] of [
      [`${one}:1-5`, `${one}:1-5`, true],
      [`${one}:1-4`, `${one}:1-5`, false],
      [`${one}:1-3:5-9`, `${one}:5-7`, true],
      [`${one}:1-3:5-9`, `${one}:3-5`, false],
      [`${one}:1-5`, `${one}:1-5,${other}:7`, false],
      [`${one}:1-5,${other}:1-9`, `${one}:2,${other}:7`, true],
      [`${one}:1-5:sale:1-3`, `${one}:sale:2-3`, true],
      [`${one}:1-5:sale:1-3`, `${one}:sale:1-4`, false],
    ] as const) {
      expect(covers(replica, primary), `${replica} has ${primary}`).to.equal(has);
    }
  });
});
