import { AppError, redactText } from '../kernel/index.ts';
import type { LockOptions, LocksOptions } from './lock.ts';
import type { WaitAsk } from './lock-backend.ts';

interface Rule {
  readonly allowed: string;
  admits(value: unknown): boolean;
}

type Rules = Readonly<Record<string, Rule>>;

const SHORTEST_TTL_MS = 10;
const LONGEST_MS = 24 * 3600 * 1000;
const LONGEST_PREFIX = 200;
const SHOWN = 40;

const flag: Rule = { allowed: 'true or false', admits: (value) => typeof value === 'boolean' };
const routine: Rule = { allowed: 'a function', admits: (value) => typeof value === 'function' };
const url: Rule = { allowed: 'a URL', admits: isFilled };

function wholeMs(from: number, to: number, why = ''): Rule {
  return {
    allowed: `whole milliseconds from ${from} to ${to}${why}`,
    admits: (value) => Number.isInteger(value) && Number(value) >= from && Number(value) <= to,
  };
}

/** Something that can do all of this. */
function able(allowed: string, ...methods: readonly string[]): Rule {
  const can = (value: unknown) => (name: string) =>
    typeof (value as Readonly<Record<string, unknown>>)[name] === 'function';
  return {
    allowed,
    admits: (value) => typeof value === 'object' && value !== null && methods.every(can(value)),
  };
}

const holdRules: Rules = {
  autoRenew: flag,
  maxHoldMs: wholeMs(1, Number.MAX_SAFE_INTEGER),
  onLost: routine,
  onRenewFailed: routine,
};

const roomRules: Rules = {
  urls: {
    allowed: 'an array of one URL or more',
    admits: (value) => Array.isArray(value) && value.length > 0 && value.every(isFilled),
  },
  ...holdRules,
  databaseUrl: url,
  tls: {
    allowed:
      'ca, cert and key, each in PEM as text or buffer, with rediss://, etcds:// or mysqls:// URLs',
    admits: isTls,
  },
  prefix: {
    allowed: `up to ${LONGEST_PREFIX} characters without ~`,
    // A tilde begins the names of the keys beside a lock.
    admits: (value) =>
      typeof value === 'string' && value.length <= LONGEST_PREFIX && !value.includes('~'),
  },
  ttlMs: wholeMs(SHORTEST_TTL_MS, LONGEST_MS),
  attemptTimeoutMs: wholeMs(1, LONGEST_MS),
  onClockJump: routine,
  reentrant: flag,
  logger: able('a logger', 'error', 'warn', 'info', 'debug', 'writes', 'with'),
  clock: able('a clock', 'wallMs', 'monotonicMs'),
  random: routine,
};

const tryRules: Rules = {
  ...holdRules,
  fenceAbove: { allowed: 'a bigint', admits: (value) => typeof value === 'bigint' },
};

const waitRules: Rules = {
  ...tryRules,
  timeoutMs: {
    allowed: 'milliseconds from 0, or Infinity',
    admits: (value) => typeof value === 'number' && value >= 0,
  },
  signal: able('an AbortSignal', 'addEventListener', 'removeEventListener'),
};

/** Those values may carry passwords. */
const SECRET = new Set(['urls', 'databaseUrl']);

export function locksOptions(options: LocksOptions): LocksOptions {
  const given = checked('createLocks', options, roomRules);
  const { urls, databaseUrl, tls } = given;
  if (urls === undefined) throw invalid('createLocks', 'urls', urls, roomRules);
  // Whoever gives a certificate believes that the line is protected.
  const places = (urls as readonly string[]).map((one) => (one === 'mysql:' ? databaseUrl : one));
  const isProtected = places.every((one) => /^(rediss|etcds|mysqls):/i.test(String(one)));
  if (tls !== undefined && !isProtected) throw invalid('createLocks', 'tls', tls, roomRules);
  return given as unknown as LocksOptions;
}

/** The options of calls, for locks that live so long at most. */
export class CallOptions {
  readonly #longestMs: number;
  readonly #rules: Readonly<Record<'tryLock' | 'lock' | 'withLock', Rules>>;

  constructor(longestMs: number) {
    const ttlMs = wholeMs(SHORTEST_TTL_MS, longestMs, ', the ttlMs of createLocks');
    const wait = { ...waitRules, ttlMs };
    this.#longestMs = longestMs;
    this.#rules = { tryLock: { ...tryRules, ttlMs }, lock: wait, withLock: wait };
  }

  /** Complete; throws when one of them is none that this call can have. */
  of(call: 'tryLock' | 'lock' | 'withLock', options: LockOptions | number): WaitAsk {
    const isTtl = call === 'withLock' && typeof options === 'number';
    const given = checked(call, isTtl ? { ttlMs: options } : options, this.#rules[call]);
    return { ttlMs: this.#longestMs, ...given };
  }
}

/** What is given as undefined is not given: the defaults are to come through. */
function checked(call: string, options: unknown, rules: Rules): Readonly<Record<string, unknown>> {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalid(call, 'options', options, { options: able('an object') });
  }
  const given: Record<string, unknown> = {};
  for (const field of Object.keys(options)) {
    const value = (options as Readonly<Record<string, unknown>>)[field];
    if (value === undefined) continue;
    const isKnown = Object.hasOwn(rules, field);
    if (!isKnown || !rules[field]?.admits(value)) throw invalid(call, field, value, rules);
    given[field] = value;
  }
  return given;
}

function invalid(call: string, field: string, value: unknown, rules: Rules): AppError {
  const isKnown = Object.hasOwn(rules, field);
  const allowed = isKnown ? rules[field]?.allowed : `one of ${Object.keys(rules).join(', ')}`;
  const found = isKnown ? shown(value, SECRET.has(field)) : 'an option that there is not';
  return new AppError(
    'lock-options-invalid',
    `${call} was given ${isKnown ? `${field} as ` : `${shown(field)}, `}${found}; ` +
      `allowed is ${allowed}`,
    { details: { call, field, found, allowed } },
  );
}

function shown(value: unknown, isSecret = false): string {
  if (typeof value === 'string') {
    if (isSecret) return value === '' ? 'an empty text' : 'a text';
    return JSON.stringify(redactText(value).slice(0, SHOWN));
  }
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function isTls(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const isPem = (part: unknown) => isFilled(part) || Buffer.isBuffer(part);
  return Object.entries(value).every(
    ([name, part]) => ['ca', 'cert', 'key'].includes(name) && isPem(part),
  );
}

function isFilled(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
