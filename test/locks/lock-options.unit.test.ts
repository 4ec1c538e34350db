import { expect } from 'chai';
import { randomName } from '../../src/kernel/index.ts';
import { createLocks, type Locks, type LocksOptions } from '../../src/locks/index.ts';

/** Field, value, and what the message has to say of it. */
type Wrong = readonly [field: string, value: unknown, found: string | RegExp];

const WRONG_TIMES = ['5s', Number.NaN, -1, 0, 1.5, Number.POSITIVE_INFINITY, null, 10n, {}];
const FUNCTION = () => undefined;

const WRONG_FOR_ALL: readonly Wrong[] = [
  ...WRONG_TIMES.flatMap((value): Wrong[] => [
    ['ttlMs', value, 'from 10 to 86400000'],
    ['attemptTimeoutMs', value, 'from 1 to 86400000'],
    ['maxHoldMs', value, 'from 1 to'],
  ]),
  ['ttlMs', 9, 'ttlMs as 9;'],
  ['ttlMs', '10', 'ttlMs as "10";'],
  ['urls', [], 'an array of 0'],
  ['urls', undefined, 'urls as undefined'],
  ['urls', 'redis://:hush@h', 'urls as a text; allowed is an array'],
  ['urls', ['redis://:hush@h', 7], 'an array of 2'],
  ['urls', [''], 'an array of 1'],
  ['databaseUrl', 7, 'databaseUrl as 7'],
  ['databaseUrl', '', 'an empty text'],
  ['prefix', 7, 'prefix as 7'],
  ['prefix', 'a~', 'without ~'],
  ['prefix', 'x'.repeat(201), 'up to 200'],
  ['prefix', ['redis://:hush@h'], 'an array of 1'],
  ['autoRenew', 'yes', 'true or false'],
  ['reentrant', 1, 'true or false'],
  ['onLost', 'log', 'a function'],
  ['onRenewFailed', {}, 'a function'],
  ['logger', console, 'a logger'],
  ['logger', null, 'logger as null'],
  ['clock', Date, 'a clock'],
  ['random', 0.5, 'a function'],
  ['timeoutMs', 5, /"timeoutMs", an option that there is not; allowed is one of .*ttlMs/],
  ['constructor', 5, 'an option that there is not'],
];

const WRONG_FOR_CALLS: readonly Wrong[] = [
  ...WRONG_TIMES.flatMap((value): Wrong[] => [
    ['ttlMs', value, 'to 2000, the ttlMs of createLocks'],
    ['maxHoldMs', value, 'from 1 to'],
  ]),
  ['ttlMs', 2001, 'ttlMs as 2001;'],
  ['fenceAbove', 7, 'a bigint'],
  ['autoRenew', 0, 'true or false'],
  ['onLost', 'log', 'a function'],
  ['urls', ['memory:'], 'an option that there is not'],
];

const WRONG_FOR_WAITS: readonly Wrong[] = [
  ['timeoutMs', '5s', 'milliseconds from 0, or Infinity'],
  ['timeoutMs', Number.NaN, 'timeoutMs as NaN'],
  ['timeoutMs', -1, 'timeoutMs as -1'],
  ['timeout', 5, '"timeout", an option that there is not'],
  ['signal', new AbortController(), 'an AbortSignal'],
];

describe('options of locks', () => {
  const url = `memory:${randomName(4)}`;
  let locks: Locks;

  before(() => {
    locks = createLocks({ urls: [url], ttlMs: 2000, reentrant: true });
  });
  after(() => locks.close());

  const refused = (thrown: unknown, call: string, [field, value, found]: Wrong) => {
    const about = `${call} ${field} ${String(value)}`;
    expect(thrown, about).to.include({ code: 'lock-options-invalid', retryable: false });
    expect(thrown, about).to.have.nested.property('details.field', field);
    const { message } = thrown as Error;
    expect(message, about).to.match(new RegExp(`^${call} was given .*; allowed is `));
    if (typeof found === 'string') expect(message, about).to.contain(found);
    else expect(message, about).to.match(found);
    expect(message + JSON.stringify(thrown), about).not.to.contain('hush');
  };

  it('are refused by createLocks, with the field, what was found and what is allowed', () => {
    for (const wrong of WRONG_FOR_ALL) {
      const [field, value] = wrong;
      let thrown: unknown;
      try {
        createLocks({ urls: [url], [field]: value });
      } catch (error) {
        thrown = error;
      }
      refused(thrown, 'createLocks', wrong);
    }
  });

  it('are refused by each call, and nothing is taken', async () => {
    const calls = {
      tryLock: (options: object) => locks.tryLock(['a'], options),
      lock: (options: object) => locks.lock(['a'], options),
      withLock: (options: object) => locks.withLock(['a'], options, async () => 1),
    };
    const settle = (call: keyof typeof calls, [field, value]: Wrong) =>
      calls[call]({ [field]: value }).catch((error: unknown) => error);
    for (const wrong of WRONG_FOR_CALLS) {
      refused(await settle('tryLock', wrong), 'tryLock', wrong);
      refused(await settle('lock', wrong), 'lock', wrong);
      refused(await settle('withLock', wrong), 'withLock', wrong);
    }
    for (const wrong of WRONG_FOR_WAITS) {
      refused(await settle('lock', wrong), 'lock', wrong);
      refused(await settle('withLock', wrong), 'withLock', wrong);
    }
    const waits: Wrong = ['timeoutMs', 0, 'an option that there is not'];
    refused(await settle('tryLock', waits), 'tryLock', waits);
    expect(locks.open).to.deep.equal([]);
    expect(locks.stats.acquired).to.equal(0);
  });

  it('are an object, or for withLock the ttl', async () => {
    const without = (options: unknown) => createLocks.bind(undefined, options as LocksOptions);
    for (const options of [undefined, null, url, [url]]) {
      expect(without(options), String(options)).to.throw('createLocks was given options as');
    }
    const thrown = (asked: Promise<unknown>) => asked.catch((error: unknown) => error);
    for (const ttl of [0, Number.NaN, -5, 2001]) {
      const wrong: Wrong = ['ttlMs', ttl, `ttlMs as ${ttl};`];
      refused(await thrown(locks.withLock(['a'], ttl, async () => 1)), 'withLock', wrong);
    }
    const notRoutine = locks.withLock(['a'], FUNCTION as never, async () => 1);
    refused(await thrown(notRoutine), 'withLock', ['options', FUNCTION, 'options as a function']);
    const number = locks.lock(['a'], 5 as never);
    refused(await thrown(number), 'lock', ['options', 5, 'options as 5; allowed is an object']);
  });

  it('may be undefined, which leaves the default as it is', async () => {
    const given = {
      ttlMs: undefined,
      maxHoldMs: undefined,
      timeoutMs: undefined,
      signal: undefined,
    };
    const asked = locks.withLock(['a'], given as object, async (held) => held.remainingMs());
    expect(await asked).to.be.within(1500, 2000);
  });

  it('may wait for ever, inside of a lock as well', async () => {
    const forEver = { timeoutMs: Number.POSITIVE_INFINITY };
    const order: string[] = [];
    await locks.withLock(['a'], forEver, async () => {
      const first = locks.withLock(['a'], forEver, async () => {
        // Longer than a timer that was given more than it can count.
        const since = performance.now();
        while (performance.now() - since < 20) await new Promise(setImmediate);
        order.push('first');
      });
      const second = locks.withLock(['a'], forEver, async () => void order.push('second'));
      await Promise.all([first, second]);
    });
    expect(order).to.deep.equal(['first', 'second']);
  });

  it('go with names that are an array of texts', async () => {
    for (const names of ['ab', undefined, [7], [['a']]]) {
      const thrown = await locks.tryLock(names as never).catch((error: unknown) => error);
      expect(thrown, String(names)).to.include({ code: 'lock-names-invalid' });
    }
  });
});
