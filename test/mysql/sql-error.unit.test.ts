import { expect } from 'chai';
import { AppError } from '../../src/kernel/index.ts';
import { databaseError, failureOf, isFailure } from '../../src/mysql/index.ts';

const numbered = (errno: number, code = 'ER_ANY') =>
  Object.assign(new Error(`${errno} with secret values`), { errno, code });

describe('what a failed statement means', () => {
  const MEANINGS = {
    conflict: [1213, 1205, 1020, 3572],
    duplicate: [1062],
    unavailable: [1040, 1047, 1053, 1203, 1290, 1317, 1792, 1836, 1927, 1969, 2006, 2013, 4031],
    data: [1048, 1153, 1264, 1265, 1292, 1366, 1406, 1690, 3819, 4025],
    broken: [1064, 1146, 1054, 1021, 1114],
  } as const;
  for (const [meaning, list] of Object.entries(MEANINGS)) {
    it(`is ${meaning} for ${list.join(', ')}`, () => {
      expect(list.map((errno) => failureOf(numbered(errno)))).to.deep.equal(
        list.map(() => meaning),
      );
    });
  }

  it('goes by the number: the driver names a refused CHECK after something else', () => {
    const check = numbered(4025, 'ER_INNODB_AUTOEXTEND_SIZE_OUT_OF_RANGE');
    expect(failureOf(check)).to.equal('data');
  });

  for (const code of ['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE', 'ECONNREFUSED']) {
    it(`is unavailable for a line that ended with ${code}`, () => {
      expect(failureOf(Object.assign(new Error('gone'), { code }))).to.equal('unavailable');
    });
  }

  for (const message of [
    "Can't add new command when connection is in closed state",
    'connection lost: silent for 15000 ms',
    'Knex: Timeout acquiring a connection. The pool is probably full.',
  ]) {
    it(`is unavailable for an error that says only: ${message}`, () => {
      expect(failureOf(new Error(message))).to.equal('unavailable');
    });
  }

  it('lets everything be tried again but what the data cause', () => {
    const retryable = [1213, 1062, 2013, 1064, 1146, 1045, 1142].map(
      (errno) => databaseError(numbered(errno)).retryable,
    );
    expect(retryable).to.deep.equal(retryable.map(() => true));
    expect(databaseError(numbered(1406)).retryable).to.equal(false);
  });

  it('keeps values out of its words, and the cause beside them', () => {
    const cause = numbered(1406);
    const error = databaseError(cause);
    expect(error.message).to.not.contain('secret');
    expect(error).to.include({ code: 'database-failed', cause });
    expect(isFailure(error, 'conflict', 'data')).to.equal(true);
    expect(isFailure(error, 'conflict')).to.equal(false);
  });

  it('leaves errors of our own as they are', () => {
    const own = new AppError('write-mismatch', 'meant 2 rows, matched 1');
    expect(databaseError(own)).to.equal(own);
    expect(isFailure(own, 'data')).to.equal(false);
  });
});
